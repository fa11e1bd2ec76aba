using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>agent list: agents of a workspace, newest first.</summary>
internal static class ListAgentsCommand
{
    private const int MaxShown = 1_000;

    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("list", "List the agents of a workspace, newest first.", "agent list --workspace \"Sharma Traders\"", Recording.Nothing("shows who may do what, and no rows"));
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.AgentsRead).Id;
            var agents = context.Get<AgentStore>().List(id, before: null, MaxShown).Select(AgentShown.Of).ToArray();
            context.Output.Result(
                agents,
                output => output.Table(
                    ["id", "name", "state", "code", "platform", "version", "paired (UTC)"],
                    agents.Select(each => new[]
                    {
                        each.Id, each.Name, each.State, each.ConfirmCode, each.Platform, each.Version, each.PairedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                    })));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

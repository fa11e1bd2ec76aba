using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>pairing list: pairing tokens of a workspace, newest first, without their secrets.</summary>
internal static class ListPairingsCommand
{
    private const int MaxShown = 1_000;

    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("list", "List the pairing tokens of a workspace, newest first.", "pairing list --workspace \"Sharma Traders\"", Recording.Nothing("shows who may do what, and no rows"));
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.AgentsPair).Id;
            var now = context.Get<TimeProvider>().GetUtcNow();
            var tokens = context.Get<AgentStore>().ListTokens(id, before: null, MaxShown);
            context.Output.Result(
                tokens.Select(each => PairingTokenShown.Of(each, now)),
                output => output.Table(
                    ["id", "name", "expires (UTC)", "state", "agent"],
                    tokens.Select(each => new[] { each.Id, each.Name, each.ExpiresAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), each.StateAt(now), each.AgentId ?? "" })));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

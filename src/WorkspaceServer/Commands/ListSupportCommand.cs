using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>support list: support grants, newest first, and how often each was used.</summary>
internal static class ListSupportCommand
{
    private const int MaxShown = 1_000;

    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        workspace.Required = false;
        var command = Verb.Create("list", "List support grants, newest first: of one workspace, or of all.", "support list --workspace \"Sharma Traders\"", Recording.Nothing("shows who may do what, and no rows"));
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var wanted = context.Arguments.GetValue(workspace) is { } name ? context.FindWorkspace(name, Permissions.SupportRead) : null;
            var now = context.Get<TimeProvider>().GetUtcNow();
            var grants = context.Get<SupportGrants>().List(wanted?.Id, before: null, MaxShown);
            context.Output.Result(
                grants.Select(grant => SupportAnswer.Of(grant, now)),
                output => output.Table(
                    ["id", "workspace", "reason", "until (UTC)", "reads", "state"],
                    grants.Select(grant => new[]
                    {
                        grant.Id,
                        grant.Workspace.ToString(),
                        grant.Reason,
                        (grant.EndedAt ?? grant.ExpiresAt).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                        grant.Reads.ToString(CultureInfo.InvariantCulture),
                        grant.StateAt(now),
                    })));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

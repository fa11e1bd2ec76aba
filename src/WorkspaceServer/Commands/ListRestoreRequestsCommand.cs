using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>backup requests: copies that owners ask for and that wait for whoever has the key.</summary>
internal static class ListRestoreRequestsCommand
{
    private const int MaxShown = 1_000;

    public static Command Build() => Verb
        .Create("requests", "List the copies of workspaces that owners ask for, oldest first. restore --request makes one.", "backup requests", Recording.Nothing("reads only who asked for what"))
        .Runs((context, _) =>
        {
            context.Require(Permissions.SystemSettings);
            var now = context.Get<TimeProvider>().GetUtcNow();
            var open = context.Get<RestoreRequestStore>().ListOpen(now, after: null, MaxShown);
            context.Output.Result(
                open.Select(each => new
                {
                    each.Id,
                    State = RestoreRequest.NameOf(each.StateAt(now)),
                    Workspace = each.Workspace.ToString(),
                    each.WorkspaceName,
                    each.PersonEmail,
                    Name = each.CopyName,
                    each.Moment,
                    each.AsOf,
                    each.AskedAt,
                    each.ExpiresAt,
                    each.Failure,
                    each.NeedsEarlierKey,
                }),
                output => Print(output, open, now));
            return Task.FromResult(ExitCodes.Ok);
        });

    private static void Print(Output output, IReadOnlyList<RestoreRequest> open, DateTimeOffset now)
    {
        if (open.Count == 0)
        {
            output.Line("Nobody waits for a copy.");
            return;
        }

        output.Table(
            ["id", "workspace", "as of (UTC)", "copy", "asked by", "lapses (UTC)", ""],
            open.Select(each => new[]
            {
                each.Id,
                each.WorkspaceName,
                each.AsOf.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                each.CopyName,
                each.PersonEmail,
                each.ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                each.StateAt(now) switch { RequestState.Running => "being restored", RequestState.Failed => $"failed: {each.Failure}", _ => "" } + (each.NeedsEarlierKey ? " needs --master-key of then" : ""),
            }));
        output.Line("Make one with: workspace-server restore --request ID --identity FILE");
    }
}

using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Commands;

/// <summary>sync runs: what agents sent, newest first.</summary>
internal static class ListSyncRunsCommand
{
    private const int MaxShown = 200;

    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("runs", "List what agents sent, newest first.", "sync runs --workspace \"Sharma Traders\"", Recording.Nothing("shows names, counts and times, and no rows"));
        command.Add(workspace);
        return command.Runs(async (context, cancel) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.AgentsRead).Id;
            var runs = await context.Get<ISyncGateway>().ListRunsAsync(id, before: null, MaxShown, cancel);
            context.Output.Result(
                runs,
                output => output.Table(
                    ["started (UTC)", "table", "mode", "rows in", "changed", "deleted", "bytes", "ms", "outcome"],
                    runs.Select(each => new[]
                    {
                        each.StartedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), each.Table, each.Mode, Number(each.RowsIn), Number(each.Changed), Number(each.Deleted),
                        Number(each.Bytes), Number(each.Milliseconds), each.Outcome,
                    }),
                    new HashSet<int> { 3, 4, 5, 6, 7 }));
            return ExitCodes.Ok;
        });
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

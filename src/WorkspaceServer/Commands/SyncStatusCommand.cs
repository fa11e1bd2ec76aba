using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Sync.Endpoints;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Commands;

/// <summary>sync status: how fresh the tables of a workspace are.</summary>
internal static class SyncStatusCommand
{
    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("status", "Show how fresh each table is, and what waits to be accepted.", "sync status --workspace \"Sharma Traders\"", Recording.Nothing("shows names, counts and times, and no rows"));
        command.Add(workspace);
        return command.Runs(async (context, cancel) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.TablesRead).Id;
            var tables = (await context.Get<ISyncGateway>().ListTablesAsync(id, cancel)).Select(TableStatus.Of).ToArray();
            context.Output.Result(
                tables,
                output => output.Table(
                    ["table", "rows", "as of (UTC)", "reconciled", "source", "waiting"],
                    tables.Select(each => new[]
                    {
                        each.Name, each.Rows.ToString("N0", CultureInfo.InvariantCulture), each.AsOf.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                        each.Reconciled switch { true => "yes", false => "NO", null => "" }, each.Source, each.Waiting ?? "",
                    }),
                    new HashSet<int> { 1 }));
            return ExitCodes.Ok;
        });
    }
}

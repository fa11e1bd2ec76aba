using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>table list: the tables of a workspace.</summary>
internal static class ListTablesCommand
{
    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("list", "List the tables of a workspace.", "table list --workspace \"Sharma Traders\"", Recording.Nothing("shows names and sizes, no rows"));
        command.Add(workspace);
        return command.Runs(async (context, cancel) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.TablesRead).Id;
            var catalog = await context.Get<IWorkspaceGateway>().GetCatalogAsync(id, ReadAccess.Everything, cancel);
            context.Output.Result(
                catalog.Tables.Select(table => new { table.Schema.Name, table.RowCount, Columns = table.Schema.Columns.Count, table.LoadedAt, table.Schema.Source, table.Schema.Description }),
                output => Print(output, catalog));
            return ExitCodes.Ok;
        });
    }

    private static void Print(Output output, Catalog catalog)
    {
        if (catalog.Tables.Count == 0)
        {
            output.Line("There are no tables yet. Add one with: workspace-server table import FILE.csv --workspace WORKSPACE");
            return;
        }

        output.Table(
            ["table", "rows", "columns", "as of (UTC)", "source"],
            catalog.Tables.Select(table => new[]
            {
                table.Schema.Name,
                table.RowCount.ToString("N0", CultureInfo.InvariantCulture),
                table.Schema.Columns.Count.ToString(CultureInfo.InvariantCulture),
                table.LoadedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                table.Schema.Source,
            }),
            new HashSet<int> { 1, 2 });
    }
}

using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>table show: one table with its columns, types and control totals.</summary>
internal static class ShowTableCommand
{
    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var name = new Argument<string>("TABLE") { Description = "The table's name." };
        var command = Verb.Create("show", "Show one table: columns, types, references and control totals.", "table show invoices --workspace \"Sharma Traders\"", Recording.Nothing("shows columns and totals, no rows"));
        command.Add(name);
        command.Add(workspace);
        return command.Runs(async (context, cancel) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.TablesRead).Id;
            var catalog = await context.Get<IWorkspaceGateway>().GetCatalogAsync(id, ReadAccess.Everything, cancel);
            var wanted = context.Arguments.GetValue(name)!;
            var table = catalog.Find(wanted) ?? throw new ProblemException(ProblemCodes.NotFound, $"There is no table '{wanted}'. List them with: workspace-server table list");
            context.Output.Result(table, output => Print(output, table));
            return ExitCodes.Ok;
        });
    }

    private static void Print(Output output, CatalogTable table)
    {
        output.Line($"{table.Schema.Name}: {Output.Count(table.RowCount, "row")} as of {table.LoadedAt.ToString("u", CultureInfo.InvariantCulture)}. {table.Schema.Description}");
        output.Table(
            ["column", "type", "references", "total", "description"],
            table.Schema.Columns.Select(column => new[]
            {
                column.Name + (column.Name == table.Schema.KeyColumn ? " (key)" : ""),
                column.Type.ToString().ToLowerInvariant(),
                column.References ?? "",
                table.Totals.GetValueOrDefault(column.Name, ""),
                column.Description ?? "",
            }),
            new HashSet<int> { 3 });
    }
}

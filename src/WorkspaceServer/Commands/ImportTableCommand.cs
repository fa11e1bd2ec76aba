using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>table import: loads a CSV file into a table.</summary>
internal static class ImportTableCommand
{
    private static readonly Dictionary<string, char> Delimiters = new() { ["comma"] = ',', ["semicolon"] = ';', ["tab"] = '\t' };

    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var file = new Argument<string>("FILE") { Description = "A CSV file in UTF-8 whose first line names the columns." };
        var name = new Option<string?>("--name") { Description = "The table's name; made from the file's name if not given. A table of that name is replaced.", HelpName = "TABLE" };
        var key = new Option<string?>("--key") { Description = "The column whose values name the rows; no value may come twice.", HelpName = "COLUMN" };
        var delimiter = new Option<string>("--delimiter") { Description = "What separates the cells: comma, semicolon or tab.", DefaultValueFactory = _ => "comma" };
        delimiter.AcceptOnlyFromAmong([.. Delimiters.Keys]);
        var command = Verb.Create("import", "Load a CSV file into a table, all of it or nothing.", "table import orders.csv --workspace \"Sharma Traders\" --key order_id", Recording.As(AuditActions.TableImported));
        command.Add(file);
        command.Add(workspace);
        command.Add(name);
        command.Add(key);
        command.Add(delimiter);
        return command.Runs(async (context, cancel) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.TablesImport).Id;
            var options = new CsvImportOptions(
                context.Arguments.GetValue(name), context.Arguments.GetValue(key), Delimiters[context.Arguments.GetValue(delimiter)!]);
            var (schema, table) = await context.Output.ProgressAsync("Reading", report => CsvImport.RunAsync(
                context.Get<IWorkspaceGateway>(),
                id,
                context.Arguments.GetValue(file)!,
                options,
                new Progress<CsvProgress>(now => report(now.Share, now.What)),
                cancel));
            await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.TableImported)
            {
                Target = ("table", table.Name),
                Workspace = id,
                Details = [("rows", table.RowCount), ("columns", schema.Columns.Count)],
            });
            context.Output.Result(new { table.Name, table.RowCount, table.Totals, schema.Columns }, output => Print(output, schema, table));
            return ExitCodes.Ok;
        });
    }

    private static void Print(Output output, TableSchema schema, LoadedTable table)
    {
        output.Line($"{table.Name}: {Output.Count(table.RowCount, "row")} loaded.");
        output.Table(
            ["column", "type", "total", "note"],
            schema.Columns.Select(column => new[] { column.Name, column.Type.ToString().ToLowerInvariant(), table.Totals.GetValueOrDefault(column.Name, ""), column.Description ?? "" }),
            new HashSet<int> { 2 });
    }
}

using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>sample: loads the sample books into a workspace.</summary>
internal static class SampleCommand
{
    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var scale = new Option<int>("--scale")
        {
            Description = $"How many times 50,000 rows; 1 to {SampleBooks.MaxScale}.",
            DefaultValueFactory = _ => SampleBooks.DefaultScale,
            HelpName = "N",
        }.Between(1, SampleBooks.MaxScale);
        var command = Verb.Create("sample", "Load the books of a fictional Indian trading firm: 13 tables, always the same.", "sample --workspace \"Sharma Traders\" --scale 2", Recording.As(AuditActions.SampleLoaded));
        command.Add(workspace);
        command.Add(scale);
        return command.Runs(async (context, cancel) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.TablesImport).Id;
            var tables = await LoadAsync(context.Output, context.Get<IWorkspaceGateway>(), context.Get<AuditLog>(), id, context.Arguments.GetValue(scale), cancel);
            context.Output.Result(tables, output =>
            {
                output.Table(
                    ["table", "rows"],
                    tables.Select(table => new[] { table.Name, table.RowCount.ToString("N0", CultureInfo.InvariantCulture) }),
                    new HashSet<int> { 1 });
                output.Line(FormattableString.Invariant($"{Output.Count(tables.Sum(table => table.RowCount), "row")} in {Output.Count(tables.Count, "table")}."));
            });
            return ExitCodes.Ok;
        });
    }

    public static async Task<IReadOnlyList<LoadedTable>> LoadAsync(
        Output output, IWorkspaceGateway gateway, AuditLog audit, WorkspaceId workspace, int scale, CancellationToken cancel)
    {
        var books = new SampleBooks(scale);
        var tables = await output.ProgressAsync("Loading the sample books", report => books.LoadAsync(
            gateway,
            workspace,
            new Progress<SampleProgress>(now => report((double)now.Rows / now.ExpectedRows, $"Loading {now.Table}")),
            cancel));
        await audit.RecordAsync(new AuditEntry(AuditActions.SampleLoaded)
        {
            Target = ("workspace", workspace.ToString()),
            Workspace = workspace,
            Details = [("tables", tables.Select(table => table.Name)), ("rows", tables.Sum(table => table.RowCount))],
        });
        return tables;
    }
}

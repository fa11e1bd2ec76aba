using System.Runtime.CompilerServices;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tables.Files;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>GET /w/{workspace}/tables/{table}/export and …/export/xlsx, with their twins under /api/v1: the rows that fit, as CSV or as a sheet of Excel.</summary>
/// <remarks>Recorded before the first row goes out: an export that breaks off has still been one.</remarks>
internal static class ExportRows
{
    public const string Behind = "/export";

    private const int RowsPerRead = 2_000;

    /// <summary>Columns of a table that goes out as a file.</summary>
    public const int MaxColumns = 198;

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, rate) in new[] { (TableAddresses.Table, RateClasses.Pages), (TableAddresses.ApiTable, RateClasses.Api) })
        {
            Map(routes, path + Behind, rate, RowFile.Csv);
            Map(routes, path + BehindOf(RowFile.Xlsx), rate, RowFile.Xlsx);
        }
    }

    /// <summary>Where a kind of file is, behind a table.</summary>
    public static string BehindOf(RowFile file) => file == RowFile.Csv ? Behind : $"{Behind}/{file.Name}";

    private static void Map(IEndpointRouteBuilder routes, string path, RateClass rate, RowFile file) => routes
        .MapGet(path, (WorkspaceId workspace, string table, [AsParameters] RowsQuery query, TableReads tables, IWorkspaceGateway gateway, QueryOptions options, AuditLog audit, CancellationToken cancel) =>
            HandleAsync(file, workspace, table, query, tables, gateway, options, audit, cancel))
        .Guarded(Authority.Needs(Permissions.TablesExport.Name), rate, InputCheck.By<RowsQuery.Validator>(), Recording.As(AuditActions.TableExported));

    /// <summary>One file, whichever way it was asked for.</summary>
    public static async Task<IResult> HandleAsync(
        RowFile file, WorkspaceId workspace, string table, RowsQuery query, TableReads tables, IWorkspaceGateway gateway, QueryOptions options, AuditLog audit, CancellationToken cancel)
    {
        query.Checked();
        var found = await tables.TableAsync(workspace, table, cancel);
        if (found.Schema.Columns.Count > MaxColumns)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"This table has more than {MaxColumns} columns. Choose some of them with SQL.");
        }

        RowsMessage Ask(string? after) =>
            new(found.Schema.Name, query.Filters, query.Order, after, RowsPerRead, MaxColumns, MaxTextLength: 0, ReadAccess.Everything, options.Deadline, Counts: after is null, LookingTime.Whole);
        // The first rows are read before anything is answered, so that a filter that is none is still a plain mistake.
        var first = await gateway.ReadRowsAsync(workspace, Ask(null), cancel) ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such table. Look at the list of tables.");
        file.RequireRoom(found.RowCount, first.Found);
        AuditEntry Entry(string outcome, IReadOnlyList<(string Name, object? Value)> details) =>
            new(AuditActions.TableExported) { Target = ("table", found.Schema.Name), Workspace = workspace, Outcome = outcome, Details = details };
        await audit.RecordAsync(Entry(
            "ok",
            [("format", file.Name), ("filtered", query.Filters.Select(filter => filter.Column).ToArray()), ("rows", first.Found ?? found.RowCount), ("statements", RequestScope.Current?.Statements)]));
        return Results.Stream(
            async to =>
            {
                var before = RequestScope.Current?.Statements ?? 0;
                await file.WriteAsync(
                    to,
                    found.Schema.Name,
                    [.. first.Columns.Select(column => new FileColumn(column.Name, column.Type))],
                    PagesAsync(first, after => gateway.ReadRowsAsync(workspace, Ask(after), cancel), cancel),
                    cancel);
                if (RequestScope.Current?.Statements > before)
                {
                    // The statements of the later pages, for whoever compares this log with what the sandbox saw.
                    await audit.RecordAsync(Entry("finished", [("statements", RequestScope.Current.Statements - before)]));
                }
            },
            file.ContentType,
            $"{found.Schema.Name}.{file.Name}");
    }

    private static async IAsyncEnumerable<IReadOnlyList<SqlValue[]>> PagesAsync(
        RowsAnswer first, Func<string, Task<RowsAnswer?>> next, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var page = first; page is not null; page = page.Next is { } after ? await next(after) : null)
        {
            cancel.ThrowIfCancellationRequested();
            yield return page.Rows;
        }
    }
}

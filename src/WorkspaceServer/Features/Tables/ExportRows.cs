using System.Text;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>GET /w/{workspace}/tables/{table}/export and its twin under /api/v1: the rows that fit, as CSV (RFC 4180).</summary>
/// <remarks>Recorded before the first row goes out: an export that breaks off has still been one.</remarks>
internal static class ExportRows
{
    public const string Behind = "/export";

    /// <summary>Rows of one file.</summary>
    private const int MaxRows = 1_000_000;

    private const int RowsPerRead = 2_000;

    private const int MaxColumns = 198;

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, rate) in new[] { (TableAddresses.Table, RateClasses.Pages), (TableAddresses.ApiTable, RateClasses.Api) })
        {
            routes.MapGet(path + Behind, HandleAsync)
                .Guarded(Authority.Needs(Permissions.TablesExport.Name), rate, InputCheck.By<RowsQuery.Validator>(), Recording.As(AuditActions.TableExported));
        }
    }

    private static async Task<IResult> HandleAsync(
        WorkspaceId workspace, string table, [AsParameters] RowsQuery query, TableReads tables, IWorkspaceGateway gateway, QueryOptions options, AuditLog audit, CancellationToken cancel)
    {
        query.Checked();
        var found = await tables.TableAsync(workspace, table, cancel);
        if (found.Schema.Columns.Count > MaxColumns)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"This table has more than {MaxColumns} columns. Choose some of them with SQL.");
        }

        RowsMessage Ask(string? after) =>
            new(found.Schema.Name, query.Filters, query.Order, after, RowsPerRead, MaxColumns, MaxTextLength: 0, ReadAccess.Everything, options.Deadline);
        // The first rows are read before anything is answered, so that a filter that is none is still a plain mistake.
        var first = await gateway.ReadRowsAsync(workspace, Ask(null), cancel) ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such table. Look at the list of tables.");
        await audit.RecordAsync(new AuditEntry(AuditActions.TableExported)
        {
            Target = ("table", found.Schema.Name),
            Workspace = workspace,
            Details = [("filtered", query.Filters.Select(filter => filter.Column).ToArray()), ("rows", first.Found ?? found.RowCount), ("statements", RequestScope.Current?.Statements)],
        });
        return Results.Stream(
            async to =>
            {
                var before = RequestScope.Current?.Statements ?? 0;
                await using var writer = new StreamWriter(to, new UTF8Encoding(false), leaveOpen: true);
                await WriteAsync(first, after => gateway.ReadRowsAsync(workspace, Ask(after), cancel), writer);
                await writer.FlushAsync(cancel);
                if (RequestScope.Current?.Statements > before)
                {
                    // The statements of the later pages, for whoever compares this log with what the sandbox saw.
                    await audit.RecordAsync(new AuditEntry(AuditActions.TableExported)
                    {
                        Target = ("table", found.Schema.Name),
                        Workspace = workspace,
                        Outcome = "finished",
                        Details = [("statements", RequestScope.Current.Statements - before)],
                    });
                }
            },
            "text/csv; charset=utf-8",
            found.Schema.Name + ".csv");
    }

    private static async Task WriteAsync(RowsAnswer first, Func<string, Task<RowsAnswer?>> next, TextWriter to)
    {
        await to.WriteAsync(CsvLine.Of(first.Columns.Select(column => column.Name)));
        var written = 0;
        for (var page = first; page is not null && written < MaxRows; page = page.Next is { } after ? await next(after) : null)
        {
            foreach (var row in page.Rows)
            {
                await to.WriteAsync(CsvLine.Of(row.Select(cell => cell.IsNull ? "" : cell.ToString())));
            }

            written += page.Rows.Count;
        }
    }
}

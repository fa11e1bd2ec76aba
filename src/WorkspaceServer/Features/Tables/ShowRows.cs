using System.Diagnostics;
using System.Security.Claims;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Tables.Console;
using WorkspaceServer.Features.Tables.Files;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>GET /w/{workspace}/tables/{table} and GET /api/v1/workspaces/{workspace}/tables/{table}/rows: rows, filtered, sorted, page by page.</summary>
internal static class ShowRows
{
    /// <summary>Columns of the grid; the row's own page has all.</summary>
    private const int MaxColumns = 40;

    /// <summary>Columns of the interface: the sandbox answers with 200, of which two name the row.</summary>
    private const int MaxApiColumns = 198;

    /// <summary>Characters of a cell in the grid.</summary>
    private const int MaxCellLength = 160;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TableAddresses.Table, ShowAsync)
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Pages, InputCheck.By<RowsQuery.Validator>(), TableReads.Recorded);
        routes.MapGet(TableAddresses.ApiTable + "/rows", HandleAsync)
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Api, InputCheck.By<RowsQuery.Validator>(), TableReads.Recorded);
    }

    private static async Task<IResult> ShowAsync(
        WorkspaceId workspace, string table, [AsParameters] RowsQuery query, ClaimsPrincipal user, TableReads tables, Policy policy, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var found = await tables.TableAsync(workspace, table, cancel);
        try
        {
            query.Checked();
            var answer = await tables.RowsAsync(user, workspace, found.Schema.Name, query, RowsQuery.DefaultLimit, MaxColumns, MaxCellLength, cancel);
            return Page.Of<TableGridPage>(Grid(workspace, found, query, answer, error: null, Stopwatch.GetElapsedTime(started), MayExport(policy, user, workspace)));
        }
        catch (ProblemException problem) when (problem.Code.HttpStatus is 400 or 422)
        {
            // What was asked for is said beside what can be asked for.
            var nothing = new RowsAnswer(found, [.. found.Schema.Columns.Take(MaxColumns)], [], [], null, null, 0);
            return Page.Of<TableGridPage>(
                Grid(workspace, found, query with { Where = [], Column = null, Sort = null }, nothing, problem.Message, Stopwatch.GetElapsedTime(started), MayExport(policy, user, workspace)),
                problem.Code.HttpStatus);
        }
    }

    private static async Task<IResult> HandleAsync(
        WorkspaceId workspace, string table, [AsParameters] RowsQuery query, ClaimsPrincipal user, TableReads tables, CancellationToken cancel)
    {
        query.Checked();
        var found = await tables.TableAsync(workspace, table, cancel);
        var answer = await tables.RowsAsync(user, workspace, found.Schema.Name, query, query.Limit ?? RowsQuery.DefaultLimit, MaxApiColumns, 0, cancel);
        return Results.Json(new
        {
            Columns = answer.Columns.Select(column => column.Name),
            // Rows that are not yet the first of the order for certain are left for the page that knows, so that a program which goes on and on gets each once.
            Rows = answer.IsProvisional ? [] : answer.Rows.Select(row => row.Select(PlainValue.Of)),
            Keys = answer.IsProvisional ? [] : answer.Keys,
            answer.Next,
            answer.Found,
            answer.AtLeast,
            answer.LookedThrough,
            AsOf = answer.Table.LoadedAt,
        });
    }

    private static bool MayExport(Policy policy, ClaimsPrincipal user, WorkspaceId workspace) => policy.May(Principal.Of(user)!, Permissions.TablesExport, workspace).IsAllowed;

    private static TableGridModel Grid(
        WorkspaceId workspace, CatalogTable table, RowsQuery query, RowsAnswer answer, string? error, TimeSpan took, bool mayExport)
    {
        var path = TableAddresses.Of(workspace, table.Schema.Name);
        var conditions = query.Conditions;
        var order = query.Order;
        string At(IEnumerable<string> filters, RowOrder by, string? after = null) => RowsQuery.Address(path, filters, by, after);
        string? ExportAt(RowFile file) => mayExport ? RowsQuery.Address(path + ExportRows.BehindOf(file), conditions, order, null) : null;
        return new TableGridModel(
            AccessPaths.PageOf(workspace),
            new TableHead(table.Schema.Name, path, table.Schema.Description, table.Schema.Source, table.RowCount, table.LoadedAt, table.Schema.Columns.Count),
            [
                .. answer.Columns.Select(column => new GridColumn(
                    column.Name,
                    column.Description,
                    CellText.IsNumber(column.Type),
                    At(conditions, new RowOrder(column.Name, order.Column == column.Name && !order.IsDescending)),
                    order.Column != column.Name ? null : order.IsDescending ? "descending" : "ascending")),
            ],
            [.. answer.Rows.Select((row, i) => Row(workspace, table.Schema, answer.Columns, row, answer.Keys[i]))],
            [.. query.Filters.Select((filter, i) => new FilterChip(Words(filter), At(conditions.Where((_, other) => other != i), order)))],
            [.. conditions],
            order.Column,
            order.IsDescending,
            answer.Found,
            answer.AtLeast,
            answer.LookedThrough,
            answer.IsProvisional,
            answer.Next is null ? null : At(conditions, order, answer.Next),
            answer.Earlier is null ? null : At(conditions, order, answer.Earlier),
            ExportAt(RowFile.Csv),
            ExportAt(RowFile.Xlsx),
            (int)Math.Ceiling(took.TotalMilliseconds),
            error,
            error is null ? Chart(table.Schema) : null);
    }

    private static ChartChoice? Chart(TableSchema schema)
    {
        var by = Selection.Parting(schema).Select(column => column.Name).ToArray();
        return by.Length == 0 ? null : new ChartChoice(by, [.. Selection.Adding(schema).Select(column => column.Name)]);
    }

    private static GridRow Row(WorkspaceId workspace, TableSchema schema, IReadOnlyList<ColumnSchema> columns, SqlValue[] row, string? key) => new(
        key is null ? null : TableAddresses.RowOf(workspace, schema.Name, key),
        [
            .. columns.Select((column, i) =>
            {
                var text = CellText.Of(row[i], column.Type, CellText.NamesSomething(schema, column));
                return new GridCell(text.Length > MaxCellLength ? text[..MaxCellLength] + "…" : text, row[i].IsNull, CellText.IsNumber(column.Type), CellText.IsNegative(row[i]));
            }),
        ]);

    private static string Words(RowFilter filter) =>
        $"{filter.Column} {RowsQuery.Operators.First(each => each.Operator == filter.Operator).Words} {filter.Value}".TrimEnd();
}

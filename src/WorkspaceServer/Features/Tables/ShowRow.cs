using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Tables;

/// <summary>GET /w/{workspace}/tables/{table}/row?key= and GET /api/v1/workspaces/{workspace}/tables/{table}/row?key=: one row, whole, and what points to it.</summary>
internal static class ShowRow
{
    public const string Behind = "/row";

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TableAddresses.Table + Behind, ShowAsync)
            .Guarded(Authority.Needs(Permissions.RowsRead.Name), RateClasses.Pages, InputCheck.By<Validator>(), TableReads.Recorded);
        routes.MapGet(TableAddresses.ApiTable + Behind, HandleAsync)
            .Guarded(Authority.Needs(Permissions.RowsRead.Name), RateClasses.Api, InputCheck.By<Validator>(), TableReads.Recorded);
    }

    private static async Task<IResult> ShowAsync(WorkspaceId workspace, string table, [AsParameters] Query query, ClaimsPrincipal user, TableReads tables, CancellationToken cancel)
    {
        var catalog = await tables.CatalogAsync(workspace, cancel);
        var found = await tables.TableAsync(workspace, table, cancel);
        query.Checked(Rules);
        var row = await tables.RowAsync(user, workspace, found.Schema.Name, query.Key!, cancel);
        return Page.Of<RowPage>(new RowModel(
            AccessPaths.PageOf(workspace),
            found.Schema.Name,
            TableAddresses.Of(workspace, found.Schema.Name),
            query.Key!,
            found.LoadedAt,
            [.. row.Table.Schema.Columns.Select((column, i) => Value(workspace, catalog, found.Schema, column, row.Cells[i]))],
            [.. PointingHere(workspace, catalog, found.Schema, row)]));
    }

    private static async Task<IResult> HandleAsync(WorkspaceId workspace, string table, [AsParameters] Query query, ClaimsPrincipal user, TableReads tables, CancellationToken cancel)
    {
        var found = await tables.TableAsync(workspace, table, cancel);
        query.Checked(Rules);
        var row = await tables.RowAsync(user, workspace, found.Schema.Name, query.Key!, cancel);
        return Results.Json(new { row.Columns, Cells = row.Cells.Select(PlainValue.Of), AsOf = found.LoadedAt });
    }

    private static RowValue Value(WorkspaceId workspace, Catalog catalog, TableSchema schema, ColumnSchema column, SqlValue cell)
    {
        var target = column.References?.Split('.') is [var other, var key] && !cell.IsNull && catalog.Find(other) is { } table && table.Schema.KeyColumn == key
            ? TableAddresses.RowOf(workspace, table.Schema.Name, cell.ToString())
            : null;
        return new RowValue(
            column.Name, column.Description, CellText.Of(cell, column.Type, CellText.NamesSomething(schema, column)), cell.IsNull, CellText.IsNumber(column.Type), CellText.IsNegative(cell), target);
    }

    /// <summary>Other tables whose column points to this row.</summary>
    private static IEnumerable<RelatedRows> PointingHere(WorkspaceId workspace, Catalog catalog, TableSchema schema, RowAnswer row) =>
        from other in catalog.Tables
        from column in other.Schema.Columns
        where column.References?.Split('.') is [var table, _] && table.Equals(schema.Name, StringComparison.OrdinalIgnoreCase)
        let at = row.Table.Schema.Columns.ToList().FindIndex(each => each.Name.Equals(column.References!.Split('.')[1], StringComparison.OrdinalIgnoreCase))
        where at >= 0 && !row.Cells[at].IsNull && row.Cells[at].ToString().Length <= RowPages.MaxFilterLength
        select new RelatedRows(
            T["{0}, by {1}", other.Schema.Name, column.Name],
            RowsQuery.Address(TableAddresses.Of(workspace, other.Schema.Name), [RowsQuery.Condition(column.Name, "eq", row.Cells[at].ToString())], new RowOrder(null, false), null));

    internal sealed record Query
    {
        public string? Key { get; init; }
    }

    internal sealed class Validator : AbstractValidator<Query>
    {
        /// <summary>Longest key, in characters.</summary>
        private const int MaxKeyLength = 1_000;

        public Validator() => RuleFor(query => query.Key).NotNull().MaximumLength(MaxKeyLength).WithMessage($"key names the row, in up to {MaxKeyLength} characters.");
    }
}

using System.Security.Claims;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>GET /w/{workspace}/tables and GET /api/v1/workspaces/{workspace}/tables: the tables, with counts and how fresh they are.</summary>
internal static class ListTables
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TableAddresses.Tables, ShowAsync)
            .Guarded(Authority.Needs(Permissions.TablesRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapGet(TableAddresses.ApiTables, HandleAsync)
            .Guarded(Authority.Needs(Permissions.TablesRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapGet(TableAddresses.ApiTable, DescribeAsync)
            .Guarded(Authority.Needs(Permissions.TablesRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
    }

    private static async Task<IResult> ShowAsync(WorkspaceId workspace, ClaimsPrincipal user, TableReads tables, Policy policy, CancellationToken cancel)
    {
        var catalog = await tables.CatalogAsync(workspace, cancel);
        return Page.Of<TablesPage>(new TablesModel(
            AccessPaths.PageOf(workspace),
            policy.May(Principal.Of(user)!, Permissions.TablesImport, workspace).IsAllowed,
            [
                .. catalog.Tables.Select(table => new TableRow(
                    table.Schema.Name, TableAddresses.Of(workspace, table.Schema.Name), table.Schema.Description, table.Schema.Source, table.Schema.Columns.Count, table.RowCount, table.LoadedAt)),
            ]));
    }

    private static async Task<IResult> HandleAsync(WorkspaceId workspace, TableReads tables, CancellationToken cancel) =>
        Results.Json(new { Items = (await tables.CatalogAsync(workspace, cancel)).Tables.Select(Describe) });

    private static async Task<IResult> DescribeAsync(WorkspaceId workspace, string table, TableReads tables, CancellationToken cancel)
    {
        var found = await tables.TableAsync(workspace, table, cancel);
        return Results.Json(new { Table = Describe(found), Columns = found.Schema.Columns.Select(column => new { column.Name, Type = column.Type.ToString(), column.Description, column.References }) });
    }

    private static object Describe(CatalogTable table) =>
        new { table.Schema.Name, table.Schema.Description, table.Schema.Source, table.Schema.KeyColumn, table.RowCount, table.LoadedAt, table.Totals };
}

using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Features.Tables.Files;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Downloads;

/// <summary>POST …/tables/{table}/export/link and …/export/xlsx/link make a link to such a file, from a page and under /api/v1; GET with the link's signature downloads it, once.</summary>
internal static class LinkToRows
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, RowFile.Csv);
        Map(routes, RowFile.Xlsx);
    }

    private static void Map(IEndpointRouteBuilder routes, RowFile file)
    {
        var behind = ExportRows.BehindOf(file) + AccessPaths.LinkBehind;
        routes.MapPost(TableAddresses.Table + behind, async (WorkspaceId workspace, string table, [AsParameters] RowsQuery query, ClaimsPrincipal user, TableReads tables, DownloadLinks links, CancellationToken cancel) =>
            {
                var (name, link) = await MakeAsync(file, workspace, table, query, user, tables, links, cancel);
                return LinkAnswer.Page(link, "Tables", $"{name}.{file.Name}", RowsQuery.Address(TableAddresses.Of(workspace, name), query.Conditions, query.Order, null));
            })
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.TablesExport.Name), RateClasses.Pages, InputCheck.By<RowsQuery.Validator>(), Recording.As(AuditActions.DownloadLinkMade));
        routes.MapPost(TableAddresses.ApiTable + behind, async (WorkspaceId workspace, string table, [AsParameters] RowsQuery query, ClaimsPrincipal user, TableReads tables, DownloadLinks links, CancellationToken cancel) =>
                LinkAnswer.Json((await MakeAsync(file, workspace, table, query, user, tables, links, cancel)).Link))
            .Guarded(Authority.Needs(Permissions.TablesExport.Name), RateClasses.Api, InputCheck.By<RowsQuery.Validator>(), Recording.As(AuditActions.DownloadLinkMade));
        routes.MapGet(TableAddresses.ApiTable + behind, (WorkspaceId workspace, string table, [AsParameters] RowsQuery query, TableReads tables, IWorkspaceGateway gateway, QueryOptions options, AuditLog audit, CancellationToken cancel) =>
                ExportRows.HandleAsync(file, workspace, table, query, tables, gateway, options, audit, cancel))
            .Guarded(Authority.Link(Permissions.TablesExport.Name), RateClasses.Api, InputCheck.By<RowsQuery.Validator>(), Recording.As(AuditActions.DownloadLinkUsed, AuditActions.TableExported));
    }

    private static async Task<(string Name, DownloadLink Link)> MakeAsync(
        RowFile file, WorkspaceId workspace, string table, RowsQuery query, ClaimsPrincipal user, TableReads tables, DownloadLinks links, CancellationToken cancel)
    {
        query.Checked();
        var name = (await tables.TableAsync(workspace, table, cancel)).Schema.Name;
        // Read once more, so that a filter that is none is told now and not to whoever uses the link.
        _ = query.Filters;
        var path = $"{AccessPaths.Workspaces}/{workspace}{TableAddresses.Behind}/{name}{ExportRows.BehindOf(file)}{AccessPaths.LinkBehind}";
        return (name, links.Make(user, workspace, $"table {name} as {file.Name}", RowsQuery.Address(path, query.Conditions, query.Order, null)));
    }
}

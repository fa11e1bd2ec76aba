using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Downloads;

/// <summary>POST …/audit/export/link and …/activity/export/link make a link to such a file, from a page and under /api/v1; GET with the link's signature downloads it, once.</summary>
internal static class LinkToLog
{
    private const string Behind = "/export" + AccessPaths.LinkBehind;

    private static readonly AuditPages.Validator AuditRules = new();

    private static readonly ActivityPages.Validator ActivityRules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        MapAudit(routes);
        MapActivity(routes);
    }

    private static void MapAudit(IEndpointRouteBuilder routes)
    {
        routes.MapPost(AccessPaths.Page + AuditPages.Behind + Behind, (WorkspaceId workspace, [AsParameters] AuditPages.Query query, ClaimsPrincipal user, DownloadLinks links) =>
                LinkAnswer.Page(Make(workspace, query, user, links), "Audit", "audit.csv", query.Address(AccessPaths.PageOf(workspace) + AuditPages.Behind)))
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.AuditExport.Name), RateClasses.Pages, InputCheck.By<AuditPages.Validator>(), Recording.As(AuditActions.DownloadLinkMade));
        routes.MapPost(AccessPaths.Workspace + AuditPages.Behind + Behind, (WorkspaceId workspace, [AsParameters] AuditPages.Query query, ClaimsPrincipal user, DownloadLinks links) =>
                LinkAnswer.Json(Make(workspace, query, user, links)))
            .Guarded(Authority.Needs(Permissions.AuditExport.Name), RateClasses.Api, InputCheck.By<AuditPages.Validator>(), Recording.As(AuditActions.DownloadLinkMade));
        routes.MapGet(AccessPaths.Workspace + AuditPages.Behind + Behind, AuditPages.ExportAsync)
            .Guarded(Authority.Link(Permissions.AuditExport.Name), RateClasses.Api, InputCheck.By<AuditPages.Validator>(), Recording.As(AuditActions.DownloadLinkUsed, AuditActions.AuditExported));
    }

    private static void MapActivity(IEndpointRouteBuilder routes)
    {
        routes.MapPost(AccessPaths.Page + ActivityPages.Behind + Behind, (WorkspaceId workspace, [AsParameters] ActivityPages.Query query, ClaimsPrincipal user, DownloadLinks links) =>
                LinkAnswer.Page(Make(workspace, query, user, links), "Activity", "ai-activity.csv", query.Address(AccessPaths.PageOf(workspace) + ActivityPages.Behind, null)))
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.AuditExport.Name), RateClasses.Pages, InputCheck.By<ActivityPages.Validator>(), Recording.As(AuditActions.DownloadLinkMade));
        routes.MapPost(AccessPaths.Workspace + ActivityPages.Behind + Behind, (WorkspaceId workspace, [AsParameters] ActivityPages.Query query, ClaimsPrincipal user, DownloadLinks links) =>
                LinkAnswer.Json(Make(workspace, query, user, links)))
            .Guarded(Authority.Needs(Permissions.AuditExport.Name), RateClasses.Api, InputCheck.By<ActivityPages.Validator>(), Recording.As(AuditActions.DownloadLinkMade));
        routes.MapGet(AccessPaths.Workspace + ActivityPages.Behind + Behind, ActivityPages.ExportAsync)
            .Guarded(Authority.Link(Permissions.AuditExport.Name), RateClasses.Api, InputCheck.By<ActivityPages.Validator>(), Recording.As(AuditActions.DownloadLinkUsed, AuditActions.AuditExported));
    }

    private static DownloadLink Make(WorkspaceId workspace, AuditPages.Query query, ClaimsPrincipal user, DownloadLinks links) => links.Make(
        user, workspace, "audit log", (query.Checked(AuditRules) with { Entry = null }).Address($"{AccessPaths.Workspaces}/{workspace}{AuditPages.Behind}{Behind}"));

    private static DownloadLink Make(WorkspaceId workspace, ActivityPages.Query query, ClaimsPrincipal user, DownloadLinks links) => links.Make(
        user, workspace, "AI activity", query.Checked(ActivityRules).Address($"{AccessPaths.Workspaces}/{workspace}{ActivityPages.Behind}{Behind}", null));
}

using System.Security.Claims;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.OAuth.Pages;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Stops;

/// <summary>POST /w/{workspace}/clients/stop and /allow: the switch on the page of AI clients. GET /operator/ai and POST /operator/ai/stop and /allow: the one for all workspaces.</summary>
internal static class AiStopPages
{
    private const string OperatorPage = "/operator/ai";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(ClientPaths.Page + "/stop", (WorkspaceId workspace, ClaimsPrincipal user, AiStops stops) => Changed(workspace, stops.Stop(Principal.Of(user)!, workspace)))
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.ClientsRevoke.Name), RateClasses.Pages, InputCheck.Ids, Recording.As(AuditActions.AiStopped));
        routes.MapPost(ClientPaths.Page + "/allow", (WorkspaceId workspace, ClaimsPrincipal user, AiStops stops) => Changed(workspace, stops.Allow(Principal.Of(user)!, workspace)))
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.ClientsApprove.Name), RateClasses.Pages, InputCheck.Ids, Recording.As(AuditActions.AiAllowed));
        routes.MapGet(OperatorPage, (AiStops stops) => Page.Of<OperatorAiPage>(new OperatorAiModel(stops.OfServer()?.At, OperatorPage)))
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("reads only"));
        routes.MapPost(OperatorPage + "/stop", (ClaimsPrincipal user, AiStops stops) => Changed(stops.Stop(Principal.Of(user)!, workspace: null)))
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.As(AuditActions.AiStopped));
        routes.MapPost(OperatorPage + "/allow", (ClaimsPrincipal user, AiStops stops) => Changed(stops.Allow(Principal.Of(user)!, workspace: null)))
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.As(AuditActions.AiAllowed));
    }

    // Pressed twice, the second time changes nothing and shows the same page.
    private static IResult Changed(WorkspaceId workspace, bool _) => SeeOther.To(AccessPaths.PageOf(workspace) + ClientPaths.Behind);

    private static IResult Changed(bool _) => SeeOther.To(OperatorPage);
}

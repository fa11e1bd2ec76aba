using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Stops;

/// <summary>GET …/ai-stop says whether AI is kept out of a workspace, or of all; PUT keeps it out, DELETE lets it in again.</summary>
internal static class StopAi
{
    private const string OfWorkspace = AccessPaths.Workspace + "/ai-stop";
    private const string OfServer = "/api/v1/admin/ai-stop";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(OfWorkspace, (WorkspaceId workspace, AiStops stops) => AiStopAnswer.Of(stops.In(workspace)))
            .Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPut(OfWorkspace, Stop)
            .Guarded(Authority.Needs(Permissions.ClientsRevoke.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.AiStopped));
        routes.MapDelete(OfWorkspace, Allow)
            .Guarded(Authority.Needs(Permissions.ClientsApprove.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.AiAllowed));
        routes.MapGet(OfServer, (AiStops stops) => AiStopAnswer.Of(stops.OfServer()))
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.None, Recording.Nothing("reads only"));
        routes.MapPut(OfServer, StopAll)
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.None, Recording.As(AuditActions.AiStopped));
        routes.MapDelete(OfServer, AllowAll)
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.None, Recording.As(AuditActions.AiAllowed));
    }

    private static AiStopAnswer Stop(WorkspaceId workspace, ClaimsPrincipal user, AiStops stops)
    {
        stops.Stop(Principal.Of(user)!, workspace);
        return AiStopAnswer.Of(stops.In(workspace));
    }

    private static AiStopAnswer Allow(WorkspaceId workspace, ClaimsPrincipal user, AiStops stops)
    {
        stops.Allow(Principal.Of(user)!, workspace);
        return AiStopAnswer.Of(stops.In(workspace));
    }

    private static AiStopAnswer StopAll(ClaimsPrincipal user, AiStops stops)
    {
        stops.Stop(Principal.Of(user)!, workspace: null);
        return AiStopAnswer.Of(stops.OfServer());
    }

    private static AiStopAnswer AllowAll(ClaimsPrincipal user, AiStops stops)
    {
        stops.Allow(Principal.Of(user)!, workspace: null);
        return AiStopAnswer.Of(stops.OfServer());
    }
}

/// <param name="WholeServer">AI is kept out of every workspace, which only a super admin ends.</param>
/// <param name="Since">When it was switched off; null if it is on.</param>
internal sealed record AiStopAnswer(bool Stopped, bool WholeServer, DateTimeOffset? Since)
{
    public static AiStopAnswer Of(AiStop? stop) => new(stop is not null, stop?.IsWholeServer == true, stop?.At);
}

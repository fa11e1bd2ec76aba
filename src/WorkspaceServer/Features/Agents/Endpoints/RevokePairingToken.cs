using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>DELETE /api/v1/workspaces/{workspace}/pairing-tokens/{pairing}: withdraws an open pairing token.</summary>
internal static class RevokePairingToken
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete(AgentPaths.PairingTokens + "/{pairing}", Handle)
        .Guarded(Authority.Needs(Permissions.AgentsPair.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.PairingWithdrawn));

    private static IResult Handle(WorkspaceId workspace, string pairing, ClaimsPrincipal user, AgentDesk desk)
    {
        desk.RevokeToken(Principal.Of(user)!, workspace, pairing);
        return Results.NoContent();
    }
}

using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>DELETE /api/v1/workspaces/{workspace}/agents/{agent}: ends the pairing. What it sent stays.</summary>
internal static class RevokeAgent
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete(AgentPaths.Agent, Handle)
        .Guarded(Authority.Needs(Permissions.AgentsRevoke.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.AgentRevoked));

    private static IResult Handle(WorkspaceId workspace, string agent, ClaimsPrincipal user, AgentDesk desk)
    {
        desk.Revoke(Principal.Of(user)!, workspace, agent);
        return Results.NoContent();
    }
}

using System.Security.Claims;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>DELETE /api/v1/workspaces/{workspace}/sync/agent: the agent ends its own pairing.</summary>
internal static class UnpairAgent
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete(SyncPaths.Agent, Handle)
        .Guarded(Authority.Agent, RateClasses.Sync, InputCheck.Ids, Recording.As(AuditActions.AgentRevoked));

    private static IResult Handle(ClaimsPrincipal user, AgentDesk desk)
    {
        desk.Unpair(AgentIdentity.Of(user));
        return Results.NoContent();
    }
}

using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>POST /api/v1/workspaces/{workspace}/clients/{client}/pause: stops a client for a while, within a second.</summary>
internal static class PauseClient
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(ClientPaths.Client + "/pause", Handle)
        .Guarded(Authority.Needs(Permissions.ClientsRevoke.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.OAuthPaused));

    private static ClientAnswer Handle(WorkspaceId workspace, string client, ClaimsPrincipal user, GrantBook book, TimeProvider clock) =>
        ClientAnswer.Of(book.Pause(Principal.Of(user)!, workspace, client), clock.GetUtcNow());
}

using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>DELETE /api/v1/workspaces/{workspace}/clients/{client}: ends a client's access for good, within a second.</summary>
internal static class RevokeClient
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete(ClientPaths.Client, Handle)
        .Guarded(Authority.Needs(Permissions.ClientsRevoke.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.OAuthRevoked));

    private static IResult Handle(WorkspaceId workspace, string client, ClaimsPrincipal user, GrantBook book)
    {
        book.Revoke(Principal.Of(user)!, workspace, client);
        return Results.NoContent();
    }
}

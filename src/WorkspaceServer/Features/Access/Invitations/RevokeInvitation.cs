using System.Security.Claims;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Invitations;

/// <summary>DELETE /api/v1/workspaces/{workspace}/invitations/{invitation}: withdraws an open invitation.</summary>
internal static class RevokeInvitation
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete(AccessPaths.Invitations + "/{invitation}", Handle)
        .Guarded(Authority.Needs(Permissions.MembersInvite.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.InvitationRevoked));

    private static IResult Handle(WorkspaceId workspace, string invitation, ClaimsPrincipal user, InvitationDesk desk)
    {
        desk.Revoke(Principal.Of(user)!, workspace, invitation);
        return Results.NoContent();
    }
}

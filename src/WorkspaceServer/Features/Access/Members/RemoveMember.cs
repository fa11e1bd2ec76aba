using System.Security.Claims;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>DELETE /api/v1/workspaces/{workspace}/members/{person}: ends a membership for good.</summary>
internal static class RemoveMember
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete(AccessPaths.Member, Handle)
        .Guarded(Authority.Needs(Permissions.MembersRemove.Name, fresh: true), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.MemberRemoved));

    private static IResult Handle(WorkspaceId workspace, string person, ClaimsPrincipal user, Memberships memberships)
    {
        memberships.Remove(Principal.Of(user)!, workspace, person);
        return Results.NoContent();
    }
}

using System.Security.Claims;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>POST /api/v1/workspaces/{workspace}/members/{person}/suspend: stops a member and all that acts for them, within a second.</summary>
internal static class SuspendMember
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AccessPaths.Member + "/suspend", Handle)
        .Guarded(Authority.Needs(Permissions.MembersSuspend.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.MemberSuspended));

    private static IResult Handle(WorkspaceId workspace, string person, ClaimsPrincipal user, Memberships memberships)
    {
        memberships.Suspend(Principal.Of(user)!, workspace, person);
        return Results.NoContent();
    }
}

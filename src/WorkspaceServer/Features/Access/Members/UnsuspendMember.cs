using System.Security.Claims;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>POST /api/v1/workspaces/{workspace}/members/{person}/unsuspend: lets a suspended member in again.</summary>
internal static class UnsuspendMember
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AccessPaths.Member + "/unsuspend", Handle)
        .Guarded(Authority.Needs(Permissions.MembersSuspend.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.MemberReinstated));

    private static IResult Handle(WorkspaceId workspace, string person, ClaimsPrincipal user, Memberships memberships)
    {
        memberships.Unsuspend(Principal.Of(user)!, workspace, person);
        return Results.NoContent();
    }
}

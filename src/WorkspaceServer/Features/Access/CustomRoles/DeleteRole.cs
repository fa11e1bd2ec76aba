using System.Security.Claims;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.CustomRoles;

/// <summary>DELETE /api/v1/workspaces/{workspace}/roles/{role}: removes a custom role that nobody holds.</summary>
internal static class DeleteRole
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete(AccessPaths.Roles + "/{role}", Handle)
        .Guarded(Authority.Needs(Permissions.RolesManage.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.RoleDeleted));

    private static IResult Handle(WorkspaceId workspace, string role, ClaimsPrincipal user, RoleBook roles)
    {
        roles.Delete(Principal.Of(user)!, workspace, role);
        return Results.NoContent();
    }
}

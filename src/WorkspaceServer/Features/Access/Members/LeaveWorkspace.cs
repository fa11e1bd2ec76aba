using System.Security.Claims;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>POST /api/v1/workspaces/{workspace}/leave: ends the membership of the person who asks.</summary>
internal static class LeaveWorkspace
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AccessPaths.Workspace + "/leave", Handle)
        .Guarded(Authority.Needs(Permissions.WorkspaceLeave.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.MemberLeft));

    private static IResult Handle(WorkspaceId workspace, ClaimsPrincipal user, Memberships memberships)
    {
        memberships.Leave(Principal.Of(user)!, workspace);
        return Results.NoContent();
    }
}

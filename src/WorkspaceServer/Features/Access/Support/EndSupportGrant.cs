using System.Security.Claims;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Support;

/// <summary>POST /api/v1/workspaces/{workspace}/support-grants/{grant}/end: ends a support grant early.</summary>
internal static class EndSupportGrant
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AccessPaths.SupportGrant + "/end", Handle)
        .Guarded(Authority.Needs(Permissions.SupportEnd.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.SupportRevoked));

    private static IResult Handle(WorkspaceId workspace, string grant, ClaimsPrincipal user, SupportGrants grants)
    {
        grants.End(Principal.Of(user)!, workspace, grant);
        return Results.NoContent();
    }
}

using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Access.Support;

/// <summary>GET /api/v1/admin/support-grants: the support grants of all workspaces, newest first.</summary>
internal static class ListAllSupportGrants
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.AdminSupportGrants, Handle)
        .Guarded(Authority.Needs(Permissions.SystemSupport.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static Page<SupportAnswer> Handle([AsParameters] Paging paging, SupportGrants grants, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return paging.Checked().PageOf(grants.List(workspace: null, paging.After, paging.Rows), grant => grant.Id, grant => SupportAnswer.Of(grant, now));
    }
}

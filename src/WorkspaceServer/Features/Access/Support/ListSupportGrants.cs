using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Support;

/// <summary>GET /api/v1/workspaces/{workspace}/support-grants: who of the operators could read here, why and until when; newest first.</summary>
internal static class ListSupportGrants
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.SupportGrants, Handle)
        .Guarded(Authority.Needs(Permissions.SupportRead.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static Page<SupportAnswer> Handle(WorkspaceId workspace, [AsParameters] Paging paging, SupportGrants grants, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return paging.Checked().PageOf(grants.List(workspace, paging.After, paging.Rows), grant => grant.Id, grant => SupportAnswer.Of(grant, now));
    }
}

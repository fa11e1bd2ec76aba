using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Reviews;

/// <summary>GET /api/v1/workspaces/{workspace}/access-review: who may do what here, and whether a sign-off is due.</summary>
internal static class ShowAccessReview
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.AccessReview, Handle)
        .Guarded(Authority.Needs(Permissions.AccessReview.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));

    private static AccessReport Handle(WorkspaceId workspace, AccessReviews reviews) => reviews.Report(workspace);
}

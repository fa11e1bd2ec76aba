using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Reviews;

/// <summary>GET /api/v1/workspaces/{workspace}/access-review/sign-offs: who signed the access review and when, newest first.</summary>
internal static class ListSignOffs
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.AccessReview + "/sign-offs", Handle)
        .Guarded(Authority.Needs(Permissions.AccessReview.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static Page<SignOff> Handle(WorkspaceId workspace, [AsParameters] Paging paging, AccessReviews reviews) =>
        paging.Checked().PageOf(reviews.SignOffs(workspace, paging.After, paging.Rows), signOff => signOff.Id, signOff => signOff);
}

using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Reviews;

/// <summary>GET /api/v1/workspaces/{workspace}/access-review.csv: the same for a spreadsheet.</summary>
internal static class ExportAccessReview
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.AccessReview + ".csv", Handle)
        .Guarded(Authority.Needs(Permissions.AccessReview.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));

    private static IResult Handle(WorkspaceId workspace, AccessReviews reviews) =>
        Results.Text(ReviewCsv.Write(reviews.Report(workspace)), "text/csv; charset=utf-8");
}

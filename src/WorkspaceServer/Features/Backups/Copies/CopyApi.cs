using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Backups.Copies;

/// <summary>GET /api/v1/workspaces/{workspace}/backups/moments: what the workspace can be brought back to. GET and POST …/restore-requests: what was asked for, and asking; POST …/{request}/withdraw takes it back.</summary>
internal static class CopyApi
{
    private static readonly CopyToAsk.Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(CopyPaths.Moments, async (WorkspaceId workspace, [AsParameters] MomentQuery query, WorkspaceMoments moments, CancellationToken cancel) =>
                Moments.Of(await moments.ListAsync(workspace, query.Checked().Night, cancel)))
            .Guarded(Authority.Needs(Permissions.BackupsRead.Name), RateClasses.Api, InputCheck.By<MomentQuery.Validator>(), Recording.Nothing("reads only"));
        routes.MapGet(CopyPaths.Requests, (WorkspaceId workspace, [AsParameters] Paging paging, RestoreRequestStore requests, TimeProvider clock) =>
                paging.Checked().PageOf(requests.List(workspace, paging.After, paging.Rows), request => request.Id, request => RequestItem.Of(request, clock.GetUtcNow())))
            .Guarded(Authority.Needs(Permissions.BackupsRestore.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(CopyPaths.Requests, async (WorkspaceId workspace, CopyToAsk body, ClaimsPrincipal user, RestoreRequests requests, TimeProvider clock, CancellationToken cancel) =>
                Results.Json(RequestItem.Of(await requests.AskAsync(user, workspace, body.Checked(Rules), cancel), clock.GetUtcNow()), statusCode: StatusCodes.Status201Created))
            .Guarded(Authority.Needs(Permissions.BackupsRestore.Name, fresh: true), RateClasses.Api, InputCheck.By<CopyToAsk.Validator>(), Recording.As(AuditActions.RestoreAsked));
        routes.MapPost(CopyPaths.WithdrawRequest, (WorkspaceId workspace, string request, ClaimsPrincipal user, RestoreRequests requests) =>
            {
                requests.Withdraw(user, workspace, request);
                return Results.NoContent();
            })
            .Guarded(Authority.Needs(Permissions.BackupsRestore.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.RestoreWithdrawn));
    }

    /// <param name="Night">The whole backup of which the changes after it are among the items.</param>
    /// <param name="IsCut">Whether there are more.</param>
    internal sealed record Moments(IReadOnlyList<MomentItem> Items, string? Night, bool IsCut)
    {
        public static Moments Of(MomentList list) => new([.. list.Items.Select(MomentItem.Of)], list.Night, list.IsCut);
    }

    /// <param name="AsOf">Null if it cannot be read, and so not be brought back.</param>
    /// <param name="Bytes">What it has of this workspace, encrypted.</param>
    internal sealed record MomentItem(string Moment, DateTimeOffset? AsOf, bool IsWhole, long Bytes, bool NeedsEarlierKey)
    {
        public static MomentItem Of(BackupMoment moment) => new(moment.Key.ToString(), moment.AsOf, moment.IsWhole, moment.Bytes, moment.NeedsEarlierKey);
    }
}

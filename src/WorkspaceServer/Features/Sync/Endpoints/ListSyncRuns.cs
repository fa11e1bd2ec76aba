using System.Globalization;
using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>GET /api/v1/workspaces/{workspace}/sync/runs: what agents sent, newest first, in pages.</summary>
internal static class ListSyncRuns
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(ShowSyncStatus.Path + "/runs", HandleAsync)
        .Guarded(Authority.Needs(Permissions.AgentsRead.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static async Task<Page<SyncLogEntry>> HandleAsync(
        WorkspaceId workspace, [AsParameters] Paging paging, ClaimsPrincipal user, SentRuns runs, CancellationToken cancel)
    {
        paging.Checked();
        long? before = paging.After is null ? null : long.TryParse(paging.After, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new ProblemException(ProblemCodes.InvalidArgument, "after is the next of the page before.");
        return paging.PageOf(await runs.ListAsync(user, workspace, before, paging.Rows, cancel), run => run.Number.ToString(CultureInfo.InvariantCulture), run => run);
    }
}

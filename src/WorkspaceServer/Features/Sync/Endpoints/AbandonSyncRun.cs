using System.Security.Claims;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>DELETE /api/v1/workspaces/{workspace}/sync/runs/{run}: forgets the agent's own run.</summary>
internal static class AbandonSyncRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete(SyncPaths.Run, HandleAsync)
        .Guarded(Authority.Agent, RateClasses.Sync, InputCheck.Ids, Recording.Nothing("nothing of it was visible"));

    private static Task<RunAnswer> HandleAsync(string run, ClaimsPrincipal user, SyncDesk desk, CancellationToken cancel)
    {
        return desk.AbandonAsync(AgentIdentity.Of(user), RunId.Checked(run), cancel);
    }
}

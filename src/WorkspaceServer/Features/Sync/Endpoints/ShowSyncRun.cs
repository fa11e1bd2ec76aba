using System.Security.Claims;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>GET /api/v1/workspaces/{workspace}/sync/runs/{run}: how far the agent's own run has come.</summary>
internal static class ShowSyncRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(SyncPaths.Run, HandleAsync)
        .Guarded(Authority.Agent, RateClasses.Sync, InputCheck.Ids, Recording.Nothing("reads only"));

    private static Task<RunAnswer> HandleAsync(string run, ClaimsPrincipal user, ISyncGateway gateway, CancellationToken cancel)
    {
        var agent = AgentIdentity.Of(user);
        return gateway.FindAsync(agent.Workspace, agent.Id, RunId.Checked(run), cancel);
    }
}

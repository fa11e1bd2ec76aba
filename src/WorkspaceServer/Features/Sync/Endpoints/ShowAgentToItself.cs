using System.Security.Claims;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>GET /api/v1/workspaces/{workspace}/sync/agent: the agent as the server knows it, with the bounds that it keeps.</summary>
internal static class ShowAgentToItself
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(SyncPaths.Agent, Handle)
        .Guarded(Authority.Agent, RateClasses.Sync, InputCheck.Ids, Recording.Nothing("reads only"));

    private static AgentAnswer Handle(ClaimsPrincipal user, WorkspaceStore workspaces, SyncOptions options)
    {
        var agent = AgentIdentity.Of(user);
        return new AgentAnswer(
            agent.Id, agent.Name, agent.Workspace.ToString(), workspaces.Find(agent.Workspace)?.Name ?? "",
            new AgentLimits(TableSchema.MaxTables, TableSchema.MaxColumns, SyncLimits.MaxBatchBytes, SyncLimits.MaxBatchRows, options.MaxBatchesInFlight, options.Bounds.MaxFileBytes));
    }
}

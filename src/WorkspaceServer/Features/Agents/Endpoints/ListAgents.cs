using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>GET /api/v1/workspaces/{workspace}/agents: agents, newest first, in pages.</summary>
internal static class ListAgents
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AgentPaths.Agents, Handle)
        .Guarded(Authority.Needs(Permissions.AgentsRead.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static Page<AgentShown> Handle(WorkspaceId workspace, [AsParameters] Paging paging, AgentStore agents) =>
        paging.Checked().PageOf(agents.List(workspace, paging.After, paging.Rows), agent => agent.Id, AgentShown.Of);
}

using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>GET /api/v1/workspaces/{workspace}/pairing-tokens: pairing tokens, newest first, in pages.</summary>
internal static class ListPairingTokens
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AgentPaths.PairingTokens, Handle)
        .Guarded(Authority.Needs(Permissions.AgentsPair.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static Page<PairingTokenShown> Handle(WorkspaceId workspace, [AsParameters] Paging paging, AgentStore agents, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return paging.Checked().PageOf(agents.ListTokens(workspace, paging.After, paging.Rows), each => each.Id, each => PairingTokenShown.Of(each, now));
    }
}

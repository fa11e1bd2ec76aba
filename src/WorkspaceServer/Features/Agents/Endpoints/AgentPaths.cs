using WorkspaceServer.Features.Access.Http;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>Where people find this feature in the JSON interface; agents' own addresses are in <see cref="Protocol.SyncPaths"/>.</summary>
internal static class AgentPaths
{
    public const string Agents = AccessPaths.Workspace + "/agents";
    public const string Agent = Agents + "/{agent}";
    public const string PairingTokens = AccessPaths.Workspace + "/pairing-tokens";
}

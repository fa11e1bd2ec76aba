using System.Buffers.Text;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Agents;

/// <summary>A program on another machine that sends tables to one workspace.</summary>
/// <param name="PublicKey">Ed25519.</param>
/// <param name="ServerKey">The server's key when it was paired.</param>
/// <param name="CreatedBy">The member who made the pairing token, and as long as whose permission lasts the agent works; null if the operator did.</param>
internal sealed record Agent(
    string Id,
    WorkspaceId Workspace,
    string Name,
    byte[] PublicKey,
    byte[] ServerKey,
    string Version,
    string Platform,
    string? CreatedBy,
    DateTimeOffset PairedAt,
    DateTimeOffset? RevokedAt)
{
    /// <summary>What the agent showed when it was paired.</summary>
    public string ConfirmCode => Pairing.ConfirmCode(Base64Url.EncodeToString(PublicKey), Base64Url.EncodeToString(ServerKey));
}

/// <summary>What is known of a pairing token. The token itself is known only to whom it was given.</summary>
/// <param name="Name">What it is for, in its maker's words.</param>
internal sealed record PairingToken(
    string Id,
    WorkspaceId Workspace,
    string Name,
    string? CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? RedeemedAt,
    string? AgentId,
    DateTimeOffset? RevokedAt)
{
    public string StateAt(DateTimeOffset now) =>
        RedeemedAt is not null ? "used" : RevokedAt is not null ? "revoked" : ExpiresAt <= now ? "expired" : "open";
}

/// <summary>An agent as people see it.</summary>
/// <param name="Fingerprint">Of the agent's key.</param>
/// <param name="State">paired or revoked.</param>
internal sealed record AgentShown(
    string Id, string Name, string State, string ConfirmCode, string Fingerprint, string Version, string Platform, string? CreatedBy, DateTimeOffset PairedAt, DateTimeOffset? RevokedAt)
{
    public static AgentShown Of(Agent agent) => new(
        agent.Id, agent.Name, agent.RevokedAt is null ? "paired" : "revoked", agent.ConfirmCode, Pairing.Fingerprint(Base64Url.EncodeToString(agent.PublicKey)),
        agent.Version, agent.Platform, agent.CreatedBy, agent.PairedAt, agent.RevokedAt);
}

/// <summary>A pairing token as people see it.</summary>
/// <param name="State">open, used, revoked or expired.</param>
/// <param name="Token">Only in the answer that made it.</param>
internal sealed record PairingTokenShown(string Id, string Name, string State, string? CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? AgentId, string? Token)
{
    public static PairingTokenShown Of(PairingToken token, DateTimeOffset now, string? text = null) =>
        new(token.Id, token.Name, token.StateAt(now), token.CreatedBy, token.CreatedAt, token.ExpiresAt, token.AgentId, text);
}

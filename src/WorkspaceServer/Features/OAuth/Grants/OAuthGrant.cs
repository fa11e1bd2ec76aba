using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>What one person let one client do in one workspace.</summary>
/// <param name="RedirectUri">Where the code went.</param>
/// <param name="Resource">The address that the tokens are for (RFC 8707).</param>
/// <param name="Tools">The only tools that it may use; null for all that its scopes open.</param>
/// <param name="HiddenColumns">"table.column" or "table.*".</param>
/// <param name="ConnectedAt">When the client fetched its first tokens; null if it has not.</param>
internal sealed record OAuthGrant(
    string Id,
    string ClientId,
    WorkspaceId Workspace,
    string PersonId,
    string RedirectUri,
    string Resource,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string>? Tools,
    IReadOnlyList<string> HiddenColumns,
    long RowsPerDay,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? ConnectedAt,
    DateTimeOffset? UsedAt,
    DateTimeOffset? PausedAt,
    DateTimeOffset? RevokedAt)
{
    public bool IsLive(DateTimeOffset now) => RevokedAt is null && now < ExpiresAt;
}

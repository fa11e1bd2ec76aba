using System.Collections.Concurrent;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Columns;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Tokens;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tokens;

/// <summary>Says who a bearer token stands for, if it is good now.</summary>
/// <remarks>
/// Answers are remembered until the change counter moves, which other processes move too, so that a revocation is felt
/// within <see cref="ChangeCounter.MaxAge"/>. Expiry is compared with the clock every time. A member's token rests while the
/// member is suspended. Personal tokens and access tokens of OAuth are told apart by their prefix and checked alike.
/// </remarks>
internal sealed class TokenCheck(TokenStore tokens, ColumnRules columns, AccessTokenStore accessTokens, Policy policy, AiStops stops, ChangeCounter changes, PublicAddress address, TimeProvider clock)
{
    /// <summary>Tokens remembered at the same time. When there are more, all are forgotten.</summary>
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<TokenKey, Remembered> remembered = new();

    /// <summary>Null if the token is unknown, expired or revoked, or its workspace was deleted; which of these is nobody's business.</summary>
    public Caller? Find(string token) => KeyOf(token) is { } key ? Find(key) : null;

    /// <summary>Whether this caller's token is still good, so that what it asked for may be handed out: a revocation holds back what is on its way.</summary>
    public bool IsStillGood(Caller caller) => Find(caller.Key) is { IsPaused: false, IsStopped: false };

    /// <summary>Whether this token was good when it was looked at last, which costs no look-up to say.</summary>
    public bool WasGood(string token) => KeyOf(token) is { } key && remembered.ContainsKey(key);

    private static TokenKey? KeyOf(string token)
    {
        var isAccessToken = token.StartsWith(SecretToken.AccessPrefix, StringComparison.Ordinal);
        return SecretToken.TryHash(isAccessToken ? SecretToken.AccessPrefix : SecretToken.McpPrefix, token, out var sha256)
            ? new TokenKey(isAccessToken, Convert.ToHexString(sha256))
            : null;
    }

    private Caller? Find(TokenKey key)
    {
        // Read before the token is: what changes in between is then noticed at the next look.
        var revision = changes.Current;
        if (!remembered.TryGetValue(key, out var known) || known.Revision != revision)
        {
            var sha256 = Convert.FromHexString(key.Sha256 ?? "");
            if ((key.IsAccessToken ? accessTokens.Find(sha256) : tokens.Find(sha256)) is not { RevokedAt: null } record || !IsForUs(record))
            {
                remembered.TryRemove(key, out _);
                return null;
            }

            known = new Remembered(revision, record.ExpiresAt, CallerOf(record, key));
            Remember(key, known);
        }

        return clock.GetUtcNow() < known.ExpiresAt && IsActive(known.Caller) ? known.Caller : null;
    }

    /// <summary>A token that was made for another address, such as one that this server had before, is no good here (RFC 8707, section 2).</summary>
    private bool IsForUs(TokenRecord record) => record.Resource is null || record.Resource == ProtectedResource.Of(address);

    private bool IsActive(Caller caller) => caller.CreatedBy is null || policy.IsActive(caller.CreatedBy, caller.Workspace);

    /// <summary>Private columns take the scope, and a maker who may let clients read them now: a change of role moves the change counter too.</summary>
    private Caller CallerOf(TokenRecord record, TokenKey key)
    {
        var caller = new Caller(
            record.Id,
            record.Name,
            record.Workspace,
            record.Scopes.ToHashSet(StringComparer.Ordinal),
            record.HiddenColumns.Count == 0 ? ReadAccess.Everything : new ReadAccess(record.HiddenColumns),
            record.CreatedBy,
            record.Budget,
            record.Tools?.ToHashSet(StringComparer.Ordinal),
            record.IsPaused,
            stops.In(record.Workspace) is not null,
            key);
        var mayPrivate = policy.May(caller.Principal, Permissions.ColumnsPrivate, record.Workspace).IsAllowed;
        return caller with { Access = columns.For(record.Workspace, caller.Access, mayPrivate) };
    }

    private void Remember(TokenKey key, Remembered known)
    {
        if (remembered.Count >= MaxRemembered)
        {
            remembered.Clear();
        }

        remembered[key] = known;
    }

    private sealed record Remembered(long Revision, DateTimeOffset ExpiresAt, Caller Caller);
}

/// <summary>What a token is known by: never the token itself.</summary>
/// <param name="IsAccessToken">It came from the authorization server, and is no personal token.</param>
/// <param name="Sha256">In hexadecimal.</param>
internal readonly record struct TokenKey(bool IsAccessToken, string Sha256);

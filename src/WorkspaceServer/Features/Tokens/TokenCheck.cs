using System.Collections.Concurrent;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Vault.Tokens;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tokens;

/// <summary>Says who a bearer token stands for, if it is good now.</summary>
/// <remarks>
/// Answers are remembered until the change counter moves, which other processes move too, so that a revocation is felt
/// within <see cref="ChangeCounter.MaxAge"/>. Expiry is compared with the clock every time. A member's token rests while the
/// member is suspended.
/// </remarks>
internal sealed class TokenCheck(TokenStore tokens, Policy policy, ChangeCounter changes, TimeProvider clock)
{
    /// <summary>Tokens remembered at the same time. When there are more, all are forgotten.</summary>
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Remembered> remembered = new(StringComparer.Ordinal);

    /// <summary>Null if the token is unknown, expired or revoked, or its workspace was deleted; which of these is nobody's business.</summary>
    public Caller? Find(string token)
    {
        if (!SecretToken.TryHash(SecretToken.McpPrefix, token, out var sha256))
        {
            return null;
        }

        // Read before the token is: what changes in between is then noticed at the next look.
        var revision = changes.Current;
        var key = Convert.ToHexString(sha256);
        if (!remembered.TryGetValue(key, out var known) || known.Revision != revision)
        {
            if (tokens.Find(sha256) is not { RevokedAt: null } record)
            {
                remembered.TryRemove(key, out _);
                return null;
            }

            known = new Remembered(revision, record.ExpiresAt, CallerOf(record));
            Remember(key, known);
        }

        return clock.GetUtcNow() < known.ExpiresAt && IsActive(known.Caller) ? known.Caller : null;
    }

    /// <summary>Whether this token was good when it was looked at last, which costs no look-up to say.</summary>
    public bool WasGood(string token) =>
        SecretToken.TryHash(SecretToken.McpPrefix, token, out var sha256) && remembered.ContainsKey(Convert.ToHexString(sha256));

    private bool IsActive(Caller caller) => caller.CreatedBy is null || policy.IsActive(caller.CreatedBy, caller.Workspace);

    private static Caller CallerOf(TokenRecord record) => new(
        record.Id,
        record.Name,
        record.Workspace,
        record.Scopes.ToHashSet(StringComparer.Ordinal),
        record.HiddenColumns.Count == 0 ? ReadAccess.Everything : new ReadAccess(record.HiddenColumns),
        record.CreatedBy,
        record.Budget);

    private void Remember(string key, Remembered known)
    {
        if (remembered.Count >= MaxRemembered)
        {
            remembered.Clear();
        }

        remembered[key] = known;
    }

    private sealed record Remembered(long Revision, DateTimeOffset ExpiresAt, Caller Caller);
}

using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Features.OAuth.Consent;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Vault.Tokens;

namespace WorkspaceServer.Features.OAuth.Exchange;

/// <summary>What the token endpoint gives. Shown once; only hashes are kept.</summary>
internal sealed record TokenPair(OAuthGrant Grant, string AccessToken, string RefreshToken, TimeSpan ExpiresIn)
{
    public IReadOnlyList<string> Scopes => Grant.Scopes;
}

/// <summary>Gives tokens for codes and refresh tokens, and takes them back.</summary>
/// <remarks>
/// Each exchange is one transaction that holds the write lock from its first read, so of many that come at once one is first and all others
/// see what it did. A code that comes again ends the grant and so whatever it gave (RFC 6749, section 4.1.2). So does a refresh token,
/// unless it comes again within <see cref="Grace"/>: a vendor's two machines that refresh at once, or a lost answer, get the answer of the
/// first time. That answer is kept sealed under a key derived from the master key and the refresh token together, so the server cannot read it by
/// itself, and is taken away after that time.
/// </remarks>
internal sealed class TokenDesk(TokenPairStore tokens, ClientStore clients, Policy policy, AuditLog audit, ChangeCounter changes, MasterKey master, TimeProvider clock)
{
    public static readonly TimeSpan AccessLifetime = TimeSpan.FromMinutes(15);

    /// <summary>A client that does not come for this long has to ask the person again.</summary>
    public static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(30);

    /// <summary>How long a used refresh token still gives what it gave.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>A verifier of PKCE has 43 to 128 characters (RFC 7636, section 4.1).</summary>
    private const int MinVerifierLength = 43;
    private const int MaxVerifierLength = 128;

    private const string SealPurpose = "oauth-refresh-answer/";

    /// <param name="redirectUri">Must be the one of the authorization if it is given; OAuth 2.1 no longer asks for it.</param>
    /// <exception cref="OAuthException">invalid_grant, with no word of what is wrong; a client that is not the code's own does not use it up.</exception>
    public TokenPair ExchangeCode(string client, string code, string verifier, string? redirectUri)
    {
        if (!SecretToken.TryHash(SecretToken.CodePrefix, code, out var sha256))
        {
            throw OAuthException.InvalidGrant();
        }

        var now = clock.GetUtcNow();
        using var connection = tokens.Open();
        connection.Begin();
        if (TokenPairStore.FindCode(connection, sha256) is not { } found)
        {
            throw OAuthException.InvalidGrant();
        }

        if (Complaint(found, client, verifier, redirectUri) is { } why)
        {
            throw OAuthException.InvalidGrant(why, found.Grant);
        }

        if (found.UsedAt is not null)
        {
            throw Reused(connection, found.Grant, "code", now);
        }

        if (!IsGood(found.Grant, now) || !TokenPairStore.UseCode(connection, sha256, now))
        {
            throw OAuthException.InvalidGrant(HandshakeOutcome.OldCode, found.Grant);
        }

        return Issue(connection, found.Grant, NewPair(found.Grant, now), "code", now);
    }

    /// <param name="scopes">Null for what was granted. More than that takes another consent, never a refresh.</param>
    /// <exception cref="OAuthException">invalid_grant or invalid_scope.</exception>
    public TokenPair Refresh(string client, string token, IReadOnlyList<string>? scopes)
    {
        if (!SecretToken.TryHash(SecretToken.RefreshPrefix, token, out var sha256))
        {
            throw OAuthException.InvalidGrant();
        }

        var now = clock.GetUtcNow();
        using var connection = tokens.Open();
        connection.Begin();
        if (TokenPairStore.FindRefresh(connection, sha256) is not { } found || found.Grant.ClientId != client || now >= found.ExpiresAt || !IsGood(found.Grant, now))
        {
            throw OAuthException.InvalidGrant();
        }

        if (scopes?.All(scope => found.Grant.Scopes.Contains(scope)) == false)
        {
            throw OAuthException.InvalidScope();
        }

        using var key = new SealingKey(master, SealPurpose + token);
        var pair = NewPair(found.Grant, now);
        if (TokenPairStore.UseRefresh(connection, sha256, key.Seal(Encoding.ASCII.GetBytes($"{pair.AccessToken} {pair.RefreshToken}"), sha256), now))
        {
            TokenPairStore.ForgetAnswers(connection, found.Grant.Id, now - Grace);
            return Issue(connection, found.Grant, pair, "refresh", now);
        }

        return now - found.UsedAt < Grace && found.Answer is { } answer && key.TryOpen(answer, sha256, out var first)
            ? AgainOf(first, found, now)
            : throw Reused(connection, found.Grant, "refresh", now);
    }

    /// <summary>Takes back a token (RFC 7009): a refresh token with its whole grant, an access token alone. What is unknown is as good as gone.</summary>
    /// <exception cref="OAuthException">The token is another client's.</exception>
    public void Revoke(string client, string token)
    {
        var isRefresh = SecretToken.TryHash(SecretToken.RefreshPrefix, token, out var sha256);
        if (!isRefresh && !SecretToken.TryHash(SecretToken.AccessPrefix, token, out sha256))
        {
            return;
        }

        using var connection = tokens.Open();
        connection.Begin();
        var owner = isRefresh
            ? TokenPairStore.FindRefresh(connection, sha256!) is { Grant: var grant } ? (grant.ClientId, grant.Id) : null
            : TokenPairStore.FindAccess(connection, sha256!);
        if (owner is not { } known)
        {
            return;
        }

        if (known.Client != client)
        {
            throw OAuthException.InvalidGrant();
        }

        if (!isRefresh)
        {
            TokenPairStore.EndAccess(connection, sha256!);
        }
        else if (GrantStore.Revoke(connection, known.Grant, clock.GetUtcNow()))
        {
            audit.Append(connection, new AuditEntry(AuditActions.OAuthRevoked)
            {
                Actor = new AuditActor("token", known.Grant, clients.Find(client)?.Name ?? ""),
                Target = ("oauth_grant", known.Grant),
                Details = [("by", "the client")],
            });
        }

        connection.Commit();
        changes.Changed();
    }

    private static HandshakeOutcome? Complaint(StoredCode found, string client, string verifier, string? redirectUri) =>
        found.Grant.ClientId != client ? HandshakeOutcome.OtherClient
        : redirectUri is not null && redirectUri != found.Grant.RedirectUri ? HandshakeOutcome.WrongRedirect
        : !IsVerified(verifier, found.Challenge) ? HandshakeOutcome.WrongVerifier
        : null;

    private static TokenPair NewPair(OAuthGrant grant, DateTimeOffset now) => new(
        grant, SecretToken.Create(SecretToken.AccessPrefix), SecretToken.Create(SecretToken.RefreshPrefix), Earlier(now + AccessLifetime, grant.ExpiresAt) - now);

    private TokenPair Issue(ControlConnection connection, OAuthGrant grant, TokenPair pair, string how, DateTimeOffset now)
    {
        SecretToken.TryHash(SecretToken.AccessPrefix, pair.AccessToken, out var access);
        SecretToken.TryHash(SecretToken.RefreshPrefix, pair.RefreshToken, out var refresh);
        TokenPairStore.AddPair(connection, grant, access!, now + pair.ExpiresIn, refresh!, Earlier(now + RefreshLifetime, grant.ExpiresAt), now);
        audit.Append(connection, Entry(AuditActions.OAuthTokenIssued, grant, how));
        connection.Commit();
        return pair;
    }

    private OAuthException Reused(ControlConnection connection, OAuthGrant grant, string what, DateTimeOffset now)
    {
        if (GrantStore.Revoke(connection, grant.Id, now))
        {
            audit.Append(connection, Entry(AuditActions.OAuthTokenReused, grant, what));
        }

        connection.Commit();
        changes.Changed();
        return OAuthException.InvalidGrant(HandshakeOutcome.UsedCode, grant);
    }

    private AuditEntry Entry(AuditAction action, OAuthGrant grant, string by) => new(action)
    {
        Actor = new AuditActor("token", grant.Id, clients.Find(grant.ClientId)?.Name ?? ""),
        Target = ("oauth_grant", grant.Id),
        Workspace = grant.Workspace,
        Details = [("by", by), ("person", grant.PersonId), ("scopes", grant.Scopes)],
    };

    private bool IsGood(OAuthGrant grant, DateTimeOffset now) => grant.IsLive(now) && policy.IsActive(grant.PersonId, grant.Workspace);

    private static TokenPair AgainOf(byte[] first, StoredRefresh found, DateTimeOffset now)
    {
        var parts = Encoding.ASCII.GetString(first).Split(' ');
        var ends = Earlier(found.UsedAt!.Value + AccessLifetime, found.Grant.ExpiresAt);
        return new TokenPair(found.Grant, parts[0], parts[1], ends - now);
    }

    private static bool IsVerified(string verifier, string challenge) =>
        verifier.Length is >= MinVerifierLength and <= MaxVerifierLength
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(AuthorizeRequest.ChallengeOf(verifier)), Encoding.ASCII.GetBytes(challenge));

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}

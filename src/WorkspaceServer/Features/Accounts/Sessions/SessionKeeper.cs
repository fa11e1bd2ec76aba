using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Vault.Tokens;

namespace WorkspaceServer.Features.Accounts.Sessions;

/// <param name="NewSecret">What the cookie must hold from now on; null if it may stay as it is.</param>
internal sealed record CheckedSession(SignedIn Person, string? NewSecret);

/// <summary>Starts, checks, rotates and ends sessions.</summary>
/// <remarks>
/// A session lives in the control database and nowhere else, so a copied cookie dies with it, and what ends it, in whatever
/// process, is felt at the next request (ASVS 5.0, 7.4.1). No cache: one look-up by hash costs less than knowing when to forget.
/// </remarks>
internal sealed class SessionKeeper(SessionStore sessions, AuthOptions options, TimeProvider clock)
{
    /// <summary>A secret is replaced when it has been in use for this long.</summary>
    public static readonly TimeSpan RotateAfter = TimeSpan.FromMinutes(10);

    /// <summary>The secret before it is still taken for this long, for requests that were on their way.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Use is written down at most this often: a session may end this much early, and never late.</summary>
    public static readonly TimeSpan TouchAfter = TimeSpan.FromSeconds(15);

    /// <summary>How much of what a browser calls itself is kept, in characters.</summary>
    public const int MaxUserAgentLength = 256;

    /// <param name="authenticatedAt">When they proved who they are, if that was before now.</param>
    /// <returns>The id of a new session, and the secret for its cookie.</returns>
    public (string Id, string Secret) Start(Person person, bool hasMfa, string address, string userAgent, DateTimeOffset? authenticatedAt = null)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("n");
        var (secret, sha256) = NewSecret();
        sessions.Add(
            new Session(
                id,
                person.Id,
                CreatedAt: now,
                RotatedAt: now,
                LastSeenAt: now,
                AuthenticatedAt: authenticatedAt < now ? authenticatedAt.Value : now,
                ExpiresAt: now + TimeSpan.FromHours(options.SessionHours),
                Idle: TimeSpan.FromMinutes(options.SessionIdleMinutes),
                hasMfa,
                address,
                userAgent.Length <= MaxUserAgentLength ? userAgent : userAgent[..MaxUserAgentLength]),
            sha256);
        return (id, secret);
    }

    /// <summary>Who holds this secret now; null if it is unknown, too old, or its session is over.</summary>
    public CheckedSession? Check(string secret, string address)
    {
        if (!SecretToken.TryHash(SecretToken.SessionPrefix, secret, out var sha256) || sessions.Find(sha256) is not { } found)
        {
            return null;
        }

        var (session, now) = (found.Session, clock.GetUtcNow());
        if (session.IsOver(now))
        {
            sessions.End(session.PersonId, session.Id);
            return null;
        }

        // Somebody who still holds the secret from before the grace has a copy of the cookie, or their browser lost the answer
        // that replaced it. Which of the two cannot be told, so the session ends for both.
        if (found.IsPrevious && now >= session.RotatedAt + Grace)
        {
            sessions.EndReplayed(session.PersonId, session.Id);
            return null;
        }

        if (now >= session.LastSeenAt + TouchAfter)
        {
            sessions.Touch(session.Id, address, now);
        }

        var person = new SignedIn(session.PersonId, found.Email, found.Name, found.Role, session.Id, session.AuthenticatedAt, session.HasMfa);
        return new CheckedSession(person, !found.IsPrevious && now >= session.RotatedAt + RotateAfter ? Rotate(sha256, now) : null);
    }

    /// <summary>After a fresh proof of who they are: a new secret for the cookie.</summary>
    /// <returns>Null if the session has ended meanwhile.</returns>
    public string? Refresh(SignedIn person, bool hasMfa)
    {
        var (secret, sha256) = NewSecret();
        return sessions.Refresh(person.SessionId, sha256, hasMfa, clock.GetUtcNow()) ? secret : null;
    }

    /// <summary>Sessions of a person that are not over.</summary>
    public IReadOnlyList<Session> List(string personId) => [.. sessions.List(personId).Where(session => !session.IsOver(clock.GetUtcNow()))];

    /// <returns>False if the person has no such session.</returns>
    public bool End(string personId, string id) => sessions.End(personId, id);

    /// <inheritdoc cref="SessionStore.EndAll"/>
    public int EndAll(string personId, string? exceptId = null) => sessions.EndAll(personId, exceptId);

    private string? Rotate(byte[] sha256, DateTimeOffset now)
    {
        var (secret, newSha256) = NewSecret();
        return sessions.Rotate(sha256, newSha256, now) ? secret : null;
    }

    private static (string Secret, byte[] Sha256) NewSecret()
    {
        var secret = SecretToken.Create(SecretToken.SessionPrefix);
        SecretToken.TryHash(SecretToken.SessionPrefix, secret, out var sha256);
        return (secret, sha256!);
    }
}

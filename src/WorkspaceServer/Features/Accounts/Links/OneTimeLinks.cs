using WorkspaceServer.Vault.Tokens;

namespace WorkspaceServer.Features.Accounts.Links;

/// <summary>Makes and uses what works once: 256 random bits, kept as SHA-256 only, for a few minutes.</summary>
internal sealed class OneTimeLinks(OneTimeLinkStore links, TimeProvider clock)
{
    /// <summary>Of links that sign in without more.</summary>
    public static readonly TimeSpan SignInLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Of a sign-in that waits for its second factor.</summary>
    public static readonly TimeSpan SecondFactorLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Of links that set something up: an account, a password, the server.</summary>
    public static readonly TimeSpan SetupLifetime = TimeSpan.FromMinutes(30);

    /// <summary>Of the link that an operator hands to somebody new.</summary>
    public static readonly TimeSpan WelcomeLifetime = TimeSpan.FromHours(24);

    /// <param name="browser">The secret in the cookie of the browser that alone may use it; null if any may.</param>
    /// <returns>The token to put into the link. It is not kept.</returns>
    public string Create(LinkKind kind, LinkOwner owner, TimeSpan lifetime, string? browser = null)
    {
        var token = SecretToken.Create(SecretToken.LinkPrefix);
        var now = clock.GetUtcNow();
        links.Add(Hash(token)!, kind, owner, Hash(browser), now, now + lifetime);
        return token;
    }

    /// <summary>Whose it is, if it is good; nothing is used up.</summary>
    public LinkOwner? Find(LinkKind kind, string? token) => Hash(token) is { } sha256 ? links.Find(sha256, kind, clock.GetUtcNow()) : null;

    /// <returns>Null if it is unknown, used, too old, of another kind, or belongs to another browser; which of these stays ours.</returns>
    public LinkOwner? Use(LinkKind kind, string? token, string? browser = null) =>
        Hash(token) is { } sha256 ? links.Use(sha256, kind, Hash(browser), clock.GetUtcNow()) : null;

    public void VoidOfPerson(LinkKind kind, string personId) => links.Void(kind, personId, null, clock.GetUtcNow());

    /// <summary>A newer link was asked for. Only this browser's are meant: nobody else can void what is in somebody's mailbox.</summary>
    public void VoidOfBrowser(LinkKind kind, string? browser)
    {
        if (Hash(browser) is { } sha256)
        {
            links.Void(kind, null, sha256, clock.GetUtcNow());
        }
    }

    public void VoidAll(LinkKind kind) => links.Void(kind, null, null, clock.GetUtcNow());

    private static byte[]? Hash(string? token) => SecretToken.TryHash(SecretToken.LinkPrefix, token, out var sha256) ? sha256 : null;
}

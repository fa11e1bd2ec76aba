using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Sessions;

/// <summary>The cookies of sign-in: the session's, and two short-lived ones on the way to it.</summary>
/// <remarks>
/// With a public https address they are Secure and their names begin with __Host-, so that no other host and no plain http can set
/// them (RFC 6265bis, section 4.1.3.2). Without one the server is on trial on this machine over http, where some browsers would
/// refuse a Secure cookie; there it goes without both.
/// </remarks>
internal sealed class AccountCookies(ServerOptions options)
{
    /// <summary>Which sign-in at the identity provider this browser has begun.</summary>
    public AccountCookie ExternalState { get; } = new("external-state", options.IsPublicHttps);

    /// <summary>The secret of a session.</summary>
    public AccountCookie Session { get; } = new("session", options.IsPublicHttps);

    /// <summary>Marks the browser that asked for a sign-in link: no other can use it.</summary>
    public AccountCookie Browser { get; } = new("browser", options.IsPublicHttps);

    /// <summary>Which challenge of a passkey this browser was given.</summary>
    public AccountCookie Passkey { get; } = new("passkey", options.IsPublicHttps);

    /// <summary>The right password was given and the second factor is still to come. Opens nothing else.</summary>
    public AccountCookie SecondFactor { get; } = new("second-factor", options.IsPublicHttps);
}

/// <summary>One cookie: for the whole site, out of reach of scripts, not sent along by other sites' forms.</summary>
internal sealed class AccountCookie(string name, bool isHttps)
{
    public string Name { get; } = isHttps ? "__Host-" + name : name;

    public string? Read(HttpContext context) => context.Request.Cookies[Name];

    /// <param name="maxAge">Null: until the browser is closed.</param>
    public void Write(HttpContext context, string value, TimeSpan? maxAge = null) => context.Response.Cookies.Append(Name, value, Attributes(maxAge));

    public void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, Attributes(null));

    private CookieOptions Attributes(TimeSpan? maxAge) => new()
    {
        Path = "/",
        HttpOnly = true,
        Secure = isHttps,
        SameSite = SameSiteMode.Lax,
        MaxAge = maxAge,
        IsEssential = true,
    };
}

namespace WorkspaceServer.Features.Accounts;

/// <summary>Where to go after signing in. Only ever a page of this server.</summary>
internal sealed class ReturnTo
{
    public const string Field = "return_to";

    /// <summary>Longest address that is gone back to, in characters.</summary>
    /// <remarks>Room for what an AI client asks with: addresses, a challenge and a state of its own.</remarks>
    private const int MaxLength = 4_096;

    private ReturnTo()
    {
    }

    /// <summary>The address if it is one of ours, else the first page.</summary>
    /// <remarks>Browsers take "//host", "/\host" and what hides a tab between the slashes for other hosts (URL Standard, 4.4).</remarks>
    public static string Safe(string? path) =>
        path is ['/', ..] and not ['/', '/' or '\\', ..] and { Length: <= MaxLength } && !path.Any(c => c is <= ' ' or > '~' or '\\') ? path : AccountPaths.Home;

    /// <summary>As the query of this request names it.</summary>
    public static string Of(HttpRequest request) => Safe(request.Query[Field]);

    /// <summary>The query that carries an address along.</summary>
    public static string Query(string? path) => Safe(path) is var safe && safe == AccountPaths.Home ? "" : $"?{Field}={Uri.EscapeDataString(safe)}";

    /// <summary>The page that somebody was on: the one they asked for, or the one whose form they sent.</summary>
    public static string PageOf(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) ? request.Path + request.QueryString
        : Uri.TryCreate(request.Headers.Referer, UriKind.Absolute, out var referer) ? referer.PathAndQuery
        : AccountPaths.Home;
}

namespace WorkspaceServer.Hosting;

/// <summary>The ways in which a request says who makes it. No endpoint takes more than one.</summary>
internal static class Schemes
{
    /// <summary>A token in the Authorization header: AI clients.</summary>
    public const string Bearer = "Bearer";

    /// <summary>A session's cookie: people with a browser.</summary>
    public const string Session = "Session";
}

namespace WorkspaceServer.Hosting;

/// <summary>The ways in which a request says who makes it. No endpoint takes more than one.</summary>
internal static class Schemes
{
    /// <summary>A token in the Authorization header: AI clients.</summary>
    public const string Bearer = "Bearer";

    /// <summary>A session's cookie: people with a browser.</summary>
    public const string Session = "Session";

    /// <summary>A short-lived token in the Authorization header: agents.</summary>
    public const string Agent = "Agent";

    /// <summary>A signed link to one download: whoever has it.</summary>
    public const string Link = "Link";

    /// <summary>Whichever of them the endpoint takes, so that who calls is known before requests are counted by caller.</summary>
    public const string OfEndpoint = "Endpoint";

    public static string Of(Authority authority) => authority switch
    {
        Authority.SignedInAuthority or Authority.PermissionAuthority => Session,
        Authority.AgentAuthority => Agent,
        Authority.LinkAuthority => Link,
        _ => Bearer,
    };
}

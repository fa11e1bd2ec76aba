namespace WorkspaceServer.Features.OAuth;

/// <summary>Where the authorization server answers.</summary>
internal static class OAuthPaths
{
    public const string Authorize = "/oauth/authorize";
    public const string Token = "/oauth/token";
    public const string Register = "/oauth/register";
    public const string Revoke = "/oauth/revoke";

    /// <summary>The server's own description (RFC 8414, section 3).</summary>
    public const string Metadata = "/.well-known/oauth-authorization-server";
}

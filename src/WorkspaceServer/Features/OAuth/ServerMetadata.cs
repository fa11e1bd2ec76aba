using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.OAuth;

/// <summary>GET /.well-known/oauth-authorization-server and …/mcp: what this authorization server can do (RFC 8414).</summary>
/// <remarks>
/// The issuer has no path, so the first address is the one of the standard; the second one is where clients look that take the MCP
/// endpoint's address for the issuer. The document is the same, and its issuer too, so that nobody is told of two servers.
/// </remarks>
internal static class ServerMetadata
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])[OAuthPaths.Metadata, OAuthPaths.Metadata + "/mcp"])
        {
            routes.MapGet(path, Handle)
                .RequireCors(OriginCheck.CorsPolicy)
                .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("a public document"));
        }
    }

    private static IResult Handle(PublicAddress address) => Results.Json(new Document(
        address.Origin,
        address.Origin + OAuthPaths.Authorize,
        address.Origin + OAuthPaths.Token,
        address.Origin + OAuthPaths.Register,
        address.Origin + OAuthPaths.Revoke,
        Scopes.All,
        ["code"],
        ["query"],
        ["authorization_code", "refresh_token"],
        ["none"],
        ["none"],
        ["S256"],
        AuthorizationResponseIssParameterSupported: true,
        ClientIdMetadataDocumentSupported: true));

    private sealed record Document(
        string Issuer,
        string AuthorizationEndpoint,
        string TokenEndpoint,
        string RegistrationEndpoint,
        string RevocationEndpoint,
        IReadOnlyList<string> ScopesSupported,
        IReadOnlyList<string> ResponseTypesSupported,
        IReadOnlyList<string> ResponseModesSupported,
        IReadOnlyList<string> GrantTypesSupported,
        IReadOnlyList<string> TokenEndpointAuthMethodsSupported,
        IReadOnlyList<string> RevocationEndpointAuthMethodsSupported,
        IReadOnlyList<string> CodeChallengeMethodsSupported,
        bool AuthorizationResponseIssParameterSupported,
        bool ClientIdMetadataDocumentSupported);
}

using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Tokens;

/// <summary>GET /.well-known/oauth-protected-resource and …/mcp: what the MCP endpoint is and which scopes it knows (RFC 9728).</summary>
internal static class ProtectedResource
{
    public const string RootPath = "/.well-known/oauth-protected-resource";

    /// <summary>The path of the endpoint, put behind the well-known one (RFC 9728, section 3.1).</summary>
    public const string McpPath = RootPath + "/mcp";

    /// <summary>The name of the MCP endpoint as a resource (RFC 8707): its address.</summary>
    public static string Of(PublicAddress address) => address.Origin + "/mcp";

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])[RootPath, McpPath])
        {
            routes.MapGet(path, Handle)
                .RequireCors(OriginCheck.CorsPolicy)
                .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("a public document"));
        }
    }

    private static IResult Handle(PublicAddress address) => Results.Json(new Metadata(
        Of(address),
        [address.Origin],
        Scopes.Default,
        ["header"],
        "Workspace Server"));

    private sealed record Metadata(
        string Resource,
        IReadOnlyList<string> AuthorizationServers,
        IReadOnlyList<string> ScopesSupported,
        IReadOnlyList<string> BearerMethodsSupported,
        string ResourceName);
}

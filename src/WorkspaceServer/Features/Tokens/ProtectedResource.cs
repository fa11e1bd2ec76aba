using WorkspaceServer.Features.Tokens.Handshakes;
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
                .Guarded(Authority.Anyone, RateClasses.Public, new InputCheck(typeof(WatchMark), null), Recording.Nothing("a public document"));
        }
    }

    private static IResult Handle(HttpRequest request, PublicAddress address, HandshakeBook handshakes)
    {
        // A client holds the name against the address that it was given (section 3.3), so a mark in that is one in this.
        var mark = WatchMark.Of(request);
        handshakes.Heard(mark, HandshakeStep.Resource, HandshakeOutcome.Done);
        return Results.Json(new Metadata(
            Of(address) + WatchMark.QueryOf(mark),
            [address.Origin],
            Scopes.Default,
            ["header"],
            "Workspace Server"));
    }

    private sealed record Metadata(
        string Resource,
        IReadOnlyList<string> AuthorizationServers,
        IReadOnlyList<string> ScopesSupported,
        IReadOnlyList<string> BearerMethodsSupported,
        string ResourceName);
}

using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Tokens;

/// <summary>Tells a client what is missing and where to get it: WWW-Authenticate (RFC 6750, section 3; RFC 9728, section 5.1).</summary>
internal static class Challenge
{
    /// <summary>What a client that has no token yet should ask for.</summary>
    private static readonly string InitialScopes = Scopes.Format(Scopes.Default);

    /// <summary>401: there is no token.</summary>
    public static Task MissingTokenAsync(HttpContext context) => WriteAsync(
        context, ProblemCodes.Unauthorized, "Send a valid token as: Authorization: Bearer wsp_mcp_…", InitialScopes, error: null, HandshakeOutcome.Done);

    /// <summary>401: there is a token and it is not good. Whether it is unknown, expired or revoked stays ours.</summary>
    public static Task InvalidTokenAsync(HttpContext context) => WriteAsync(
        context, ProblemCodes.InvalidToken, "This token is not valid. Ask for a new one.", InitialScopes, error: "invalid_token", HandshakeOutcome.BadToken);

    /// <summary>400: the Authorization header is no bearer token at all.</summary>
    public static Task MalformedAsync(HttpContext context) => WriteAsync(
        context, ProblemCodes.BadRequest, "The Authorization header must be, once: Bearer wsp_mcp_…", scopes: null, error: "invalid_request", HandshakeOutcome.WrongRequest);

    /// <summary>403: the token is good and does not allow this. Names every scope that is needed, so that one more consent is enough.</summary>
    public static Task InsufficientScopeAsync(HttpContext context, IEnumerable<string> needed) => WriteAsync(
        context, ProblemCodes.InsufficientScope, $"This needs a token with the scope {Scopes.Format(needed)}.", Scopes.Format(needed), error: "insufficient_scope");

    private static Task WriteAsync(HttpContext context, ProblemCode code, string detail, string? scopes, string? error, HandshakeOutcome? heard = null)
    {
        var mark = WatchMark.Of(context.Request);
        if (heard is { } outcome)
        {
            context.RequestServices.GetRequiredService<HandshakeBook>().Heard(mark, HandshakeStep.Challenge, outcome);
        }

        var metadata = context.RequestServices.GetRequiredService<PublicAddress>().Origin + ProtectedResource.McpPath + WatchMark.QueryOf(mark);
        var parts = new List<string> { $"resource_metadata=\"{metadata}\"" };
        if (scopes is not null)
        {
            parts.Add($"scope=\"{scopes}\"");
        }

        if (error is not null)
        {
            parts.Add($"error=\"{error}\"");
            parts.Add($"error_description=\"{new string([.. detail.Where(char.IsAscii)])}\"");
        }

        context.Response.Headers.WWWAuthenticate = "Bearer " + string.Join(", ", parts);
        return ProblemResponses.WriteAsync(context, code, detail);
    }
}

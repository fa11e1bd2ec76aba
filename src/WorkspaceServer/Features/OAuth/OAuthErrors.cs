using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Metadata;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.OAuth;

/// <summary>A refusal as OAuth words it: a code of the RFC and a sentence for whoever builds the client.</summary>
/// <param name="error">Such as "invalid_grant" (RFC 6749, section 5.2; RFC 7591, section 3.2.2; RFC 8707, section 2).</param>
internal sealed class OAuthException(string error, string description, int status = StatusCodes.Status400BadRequest) : Exception(description)
{
    public string Error => error;

    public int Status => status;

    /// <summary>What is wrong, for the person who watches; the caller does not hear of it.</summary>
    public HandshakeOutcome Why { get; private init; } = HandshakeOutcome.WrongRequest;

    /// <summary>Whose grant it is about; null if it is about none.</summary>
    public OAuthGrant? Grant { get; private init; }

    public static OAuthException InvalidRequest(string description) => new("invalid_request", description);

    /// <summary>One answer for every code or refresh token that is not good: unknown, used, too old, of another client.</summary>
    public static OAuthException InvalidGrant(HandshakeOutcome why = HandshakeOutcome.OldCode, OAuthGrant? grant = null) =>
        new("invalid_grant", "The code or refresh token is not good, or no longer. Ask the person again.") { Why = why, Grant = grant };

    /// <summary>A client that we do not know, or no longer: it registers again (RFC 6749, section 5.2).</summary>
    public static OAuthException InvalidClient() => new("invalid_client", "This client is not known here. Register again.", StatusCodes.Status401Unauthorized) { Why = HandshakeOutcome.UnknownClient };

    public static OAuthException InvalidTarget() => new("invalid_target", "This server gives tokens for its own /mcp only.") { Why = HandshakeOutcome.WrongTarget };

    public static OAuthException InvalidScope() => new("invalid_scope", "Not one of the scopes is known here, or the person has not granted it.");
}

/// <summary>Answers what OAuth refuses, in OAuth's own form.</summary>
internal sealed class OAuthErrors : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (OAuthException refusal)
        {
            if (refusal.Why is not HandshakeOutcome.WrongRequest)
            {
                context.HttpContext.RequestServices.GetRequiredService<SecurityLog>().Note(SecurityEvents.OAuthRefused, refusal.Error, refusal.Grant?.Id);
            }

            return Results.Json(new Body(refusal.Error, refusal.Message), statusCode: refusal.Status);
        }
    }

    private sealed record Body(string Error, [property: JsonPropertyName("error_description")] string ErrorDescription);
}

/// <summary>Bounds what the endpoints for clients read.</summary>
internal sealed record OAuthBody : IRequestSizeLimitMetadata
{
    /// <summary>Largest request, in bytes.</summary>
    public const int MaxBytes = 16 * 1024;

    public long? MaxRequestBodySize => MaxBytes;
}

using System.Text.Json;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>What a provider says of itself (OpenID Connect Discovery 1.0, section 3): where to go, and what it can do.</summary>
internal sealed record IssuerMetadata(Uri AuthorizationEndpoint, Uri TokenEndpoint, Uri KeysAddress, bool SendsIssuer, bool TakesBasic)
{
    private const string Path = "/.well-known/openid-configuration";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Uri AddressOf(string issuer) => new(issuer.TrimEnd('/') + Path);

    /// <exception cref="SignInRefused">The document is not this issuer's, or cannot be used.</exception>
    public static IssuerMetadata Parse(string text, string issuer)
    {
        Document? document;
        try
        {
            document = JsonSerializer.Deserialize<Document>(text, Json);
        }
        catch (JsonException)
        {
            throw SignInRefused.ProviderUnavailable("malformed_metadata");
        }

        // Section 4.3: a document that names another issuer must not be used, or one provider could speak for another.
        if (document?.Issuer != issuer)
        {
            throw SignInRefused.ProviderUnavailable("metadata_of_another_issuer");
        }

        return ExternalAddress.IsHttps(document.AuthorizationEndpoint, out var authorization)
            && ExternalAddress.IsHttps(document.TokenEndpoint, out var token)
            && ExternalAddress.IsHttps(document.JwksUri, out var keys)
            ? new IssuerMetadata(authorization, token, keys, document.AuthorizationResponseIssParameterSupported, TakesBasicOf(document))
            : throw SignInRefused.ProviderUnavailable("metadata_without_addresses");
    }

    // Basic is the default of RFC 8414, section 2, and what RFC 6749, section 2.3.1, asks everybody to take.
    private static bool TakesBasicOf(Document document) =>
        document.TokenEndpointAuthMethodsSupported is not { } methods || methods.Contains("client_secret_basic", StringComparer.Ordinal);

    private sealed record Document(
        string? Issuer,
        string? AuthorizationEndpoint,
        string? TokenEndpoint,
        string? JwksUri,
        bool AuthorizationResponseIssParameterSupported,
        string[]? TokenEndpointAuthMethodsSupported);
}

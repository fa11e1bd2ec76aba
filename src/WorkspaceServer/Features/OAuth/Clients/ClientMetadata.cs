using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace WorkspaceServer.Features.OAuth.Clients;

/// <summary>What a client says of itself, when it registers and in its document alike (RFC 7591, section 2).</summary>
internal sealed record ClientMetadata(string? ClientId, string? Name, IReadOnlyList<string> RedirectUris, string? AuthMethod)
{
    // Two members of the same name could be read differently here and elsewhere.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Reads the members that matter here; others are passed over (RFC 7591, section 2).</summary>
    /// <exception cref="OAuthException">invalid_client_metadata or invalid_redirect_uri.</exception>
    public static ClientMetadata Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            // The parser does not look into strings, which fail later if they are no UTF-8.
            if (Utf8.IsValid(json) && JsonElement.Parse(json, Strict) is { ValueKind: JsonValueKind.Object } root)
            {
                return Read(root);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Answered below. The second one is half a surrogate pair, escaped.
        }

        throw Bad("The client's metadata must be one JSON object in UTF-8, without repeated members.");
    }

    private static ClientMetadata Read(JsonElement root)
    {
        RequireListed(root, "grant_types", "authorization_code");
        RequireListed(root, "response_types", "code");
        var name = Text(root, "client_name");
        if (name is not null && !OAuthClient.IsName(name))
        {
            throw Bad($"client_name has 1 to {OAuthClient.MaxNameLength} plain characters.");
        }

        return new ClientMetadata(Text(root, "client_id"), name?.Trim(), RedirectsOf(root), Text(root, "token_endpoint_auth_method"));
    }

    private static string[] RedirectsOf(JsonElement root)
    {
        if (!TryTexts(root, "redirect_uris", out var uris) || uris.Length is 0 or > OAuthClient.MaxRedirectUris || !uris.All(RedirectAddress.IsAcceptable))
        {
            throw new OAuthException(
                "invalid_redirect_uri",
                $"redirect_uris are 1 to {OAuthClient.MaxRedirectUris} addresses: https, or http to 127.0.0.1, [::1] or localhost, or a scheme of your own; no fragment, no wildcard.");
        }

        return uris;
    }

    private static void RequireListed(JsonElement root, string member, string value)
    {
        if (root.TryGetProperty(member, out _) && (!TryTexts(root, member, out var values) || !values.Contains(value)))
        {
            throw Bad($"{member} must contain {value}.");
        }
    }

    private static bool TryTexts(JsonElement root, string member, [NotNullWhen(true)] out string[]? values)
    {
        values = root.TryGetProperty(member, out var list) && list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
            : null;
        return values is not null;
    }

    private static string? Text(JsonElement root, string member) =>
        !root.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Bad($"{member} must be a string.");

    private static OAuthException Bad(string description) => new("invalid_client_metadata", description);
}

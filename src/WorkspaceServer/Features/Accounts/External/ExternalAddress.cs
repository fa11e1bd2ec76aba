namespace WorkspaceServer.Features.Accounts.External;

/// <summary>Addresses of identity providers. They are compared as text, character by character, so they have one form only.</summary>
internal static class ExternalAddress
{
    /// <summary>An issuer: https, no query, no fragment, no user (OpenID Connect Discovery 1.0, section 3).</summary>
    public static bool IsIssuer(string text) =>
        IsHttps(text, out var address) && address.Query.Length == 0 && address.Fragment.Length == 0 && text.TrimEnd('/') == address.AbsoluteUri.TrimEnd('/');

    /// <summary>An https origin, without a slash at the end.</summary>
    public static bool IsOrigin(string text) => IsHttps(text, out var address) && text == address.GetLeftPart(UriPartial.Authority);

    /// <summary>An address that may be asked. There is no setting that lets it be plain http, not even on this machine.</summary>
    public static bool IsHttps(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0;
}

using System.Net;
using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.OAuth.Clients;

/// <summary>Where a client may have a person sent back to with a code, and when an address that it names is one that it registered.</summary>
internal static partial class RedirectAddress
{
    /// <summary>Longest address, in characters.</summary>
    public const int MaxLength = 500;

    // Applications of a desk that take a scheme without a dot, against RFC 8252, section 7.1. Nothing in a browser runs or opens these.
    private static readonly string[] KnownSchemes = ["cursor", "vscode", "vscode-insiders"];

    /// <summary>https; http to the person's own machine; or a scheme of an application's own (RFC 8252, section 7). No fragment, no wildcard, no user.</summary>
    public static bool IsAcceptable(string? text) =>
        text is { Length: > 0 and <= MaxLength }
        && !text.Any(c => c is <= ' ' or > '~' or '*' or '#' or '"' or '\'' or '<' or '>' or '\\' or '`' or '{' or '}')
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps ? IsHost(uri)
            : uri.Scheme == Uri.UriSchemeHttp ? IsLoopback(uri)
            : IsOwnScheme(uri.Scheme));

    /// <summary>Exactly one of those that are registered, character by character; to the person's own machine, with whatever port (RFC 8252, section 7.3).</summary>
    public static bool IsOneOf(IEnumerable<string> registered, string text) => registered.Any(each => each == text || IsSameButForPort(each, text));

    /// <summary>To the person's own machine: whichever program listens there gets the code.</summary>
    public static bool IsLoopback(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && IsLoopback(uri);

    /// <summary>What a person is shown: the host, or the scheme of an application.</summary>
    public static string HostOf(string text) => new Uri(text) is var uri && uri.Scheme is "https" or "http" ? uri.IdnHost : uri.Scheme + ":";

    /// <summary>The address as a source of Content-Security-Policy. That knows no addresses of IPv6, so these open their scheme.</summary>
    public static string SourceOf(string text)
    {
        var uri = new Uri(text);
        return uri.Scheme is not ("https" or "http") ? uri.Scheme + ":"
            : uri.HostNameType == UriHostNameType.IPv6 ? "http:"
            : $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}";
    }

    private static bool IsHost(Uri uri) => uri.HostNameType == UriHostNameType.Dns && HostName().IsMatch(uri.IdnHost);

    private static bool IsLoopback(Uri uri) => uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsOwnScheme(string scheme) => KnownSchemes.Contains(scheme) || ReverseDomain().IsMatch(scheme);

    private static bool IsSameButForPort(string registered, string text) =>
        IsAcceptable(text)
        && Uri.TryCreate(registered, UriKind.Absolute, out var one) && Uri.TryCreate(text, UriKind.Absolute, out var other)
        && one.Scheme == Uri.UriSchemeHttp && other.Scheme == Uri.UriSchemeHttp && IsLoopback(one)
        && one.Host == other.Host && WithoutPort(registered, one) == WithoutPort(text, other);

    /// <summary>As it was written, for two spellings of a path are two addresses.</summary>
    private static string WithoutPort(string text, Uri uri) =>
        text.Replace($"{uri.Host}:{uri.Port}", uri.Host, StringComparison.Ordinal);

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]
    private static partial Regex HostName();

    [GeneratedRegex(@"^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$")]
    private static partial Regex ReverseDomain();
}

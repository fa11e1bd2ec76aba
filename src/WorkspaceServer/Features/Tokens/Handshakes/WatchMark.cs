using System.Security.Cryptography;

namespace WorkspaceServer.Features.Tokens.Handshakes;

/// <summary>The mark in the address that a person gives to an AI client while they watch it connect: /mcp?watch=…. It names the try and opens nothing.</summary>
/// <remarks>
/// With or without it, and long after the try is over, the address is the same MCP endpoint. Whoever knows the mark can make steps of the try
/// appear, by their fixed names, and nothing else; the person who made it is the only one who sees them.
/// </remarks>
internal static class WatchMark
{
    public const string Parameter = "watch";

    /// <summary>128 random bits in hexadecimal digits.</summary>
    public const int Length = 32;

    public static string New() => RandomNumberGenerator.GetHexString(Length, lowercase: true);

    /// <summary>What stands behind an address for this mark; nothing without one.</summary>
    public static string QueryOf(string? mark) => mark is null ? "" : $"?{Parameter}={mark}";

    /// <summary>The mark that a request carries, if it is one.</summary>
    public static string? Of(HttpRequest request) => request.Query[Parameter] is [{ } only] && IsMark(only) ? only : null;

    /// <summary>The mark in the name of a resource (RFC 8707), if its query is a mark and nothing else.</summary>
    public static string? In(string? resource) =>
        Uri.TryCreate(resource, UriKind.Absolute, out var uri) && uri.Query.StartsWith(QueryOf(""), StringComparison.Ordinal) && uri.Query[QueryOf("").Length..] is var mark && IsMark(mark)
            ? mark
            : null;

    private static bool IsMark(string text) => text.Length == Length && text.All(char.IsAsciiHexDigitLower);
}

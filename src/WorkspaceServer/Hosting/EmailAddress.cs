using System.Text.RegularExpressions;

namespace WorkspaceServer.Hosting;

/// <summary>What we take for an e-mail address, and when two are the same.</summary>
internal static partial class EmailAddress
{
    /// <summary>Longest address, in characters (RFC 5321, section 4.5.3.1.3, without the angle brackets).</summary>
    public const int MaxLength = 254;

    public static bool IsValid(string? email) => email is { Length: <= MaxLength } && Shape().IsMatch(email.Trim());

    /// <summary>Addresses with the same key are one: people do not mind capitals, so neither do we.</summary>
    public static string KeyOf(string email) => email.Trim().ToLowerInvariant();

    // Whether an address exists, only a mail can tell; this keeps out what would be more than one address in a header or in HTML.
    [GeneratedRegex(@"^[^@\s\p{C}<>()\[\]\\,;:""]{1,64}@[^@\s\p{C}<>()\[\]\\,;:""]+$")]
    private static partial Regex Shape();
}

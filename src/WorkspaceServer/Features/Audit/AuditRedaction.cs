using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.Audit;

/// <summary>Makes the details of a row: a JSON object of at most 8 KiB, always valid, without anything that opens a door.</summary>
/// <remarks>A secret is known by the name it stands under, or by its shape wherever it stands.</remarks>
internal static partial class AuditRedaction
{
    /// <summary>Longest details, in bytes of UTF-8.</summary>
    public const int MaxBytes = 8192;

    public const string Redacted = "(redacted)";

    /// <summary>Stands at the end of a text that was cut off.</summary>
    public const string CutMark = "…(cut)";

    /// <summary>Longest text of one member, in characters.</summary>
    private const int MaxTextCharacters = 4_000;

    /// <summary>Most items of one list.</summary>
    private const int MaxItems = 200;

    private const string CutMember = "\"cut\":true";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A name with one of these words in it holds a secret, and so does one that ends in one of those below: "api_key" does, "key_column" does not.
    private static readonly string[] SecretWords =
        ["password", "passphrase", "passwd", "secret", "secrets", "authorization", "cookie", "cookies", "otp", "totp", "pin", "verifier", "credential", "credentials", "nonce", "assertion"];

    private static readonly string[] SecretEnds = ["token", "tokens", "key", "keys", "code", "codes", "hash", "signature", "bearer"];

    // One of these is in every text that a pattern below would change, as long as it is ASCII: beyond that the patterns take other signs for letters, such as the Kelvin sign for a k.
    private static readonly SearchValues<string> Signs = SearchValues.Create(
        ["wsp_", "bearer", "basic", "dpop", "eyj", "-----begin", "age-secret-key-1", "pass", "secret", "key", "token", "otp"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Names that are remembered, with whether they hold a secret; there are few, and the tools bound those that callers choose.</summary>
    private const int MaxNames = 1_000;

    private static readonly ConcurrentDictionary<string, bool> Names = new(StringComparer.Ordinal);

    public static string Details(IReadOnlyList<(string Name, object? Value)> members)
    {
        var json = new StringBuilder("{");
        var used = 2;
        var isCut = false;
        foreach (var (name, value) in members.Where(member => member.Value is not null))
        {
            var member = $"{Text(name)}:{(IsSecret(name) ? Text(Redacted) : Value(value!))}";
            var bytes = Encoding.UTF8.GetByteCount(member) + 1;
            if (used + bytes > MaxBytes - CutMember.Length - 1)
            {
                isCut = true;
                continue;
            }

            json.Append(used > 2 ? "," : "").Append(member);
            used += bytes;
        }

        return json.Append(isCut ? (used > 2 ? "," : "") + CutMember : "").Append('}').ToString();
    }

    /// <summary>The text without tokens, keys, passwords and bearer strings.</summary>
    public static string Clean(string text)
    {
        if (Ascii.IsValid(text) && !text.AsSpan().ContainsAny(Signs))
        {
            return text;
        }

        text = SecretToken().Replace(text, "${kind}" + Redacted);
        text = Scheme().Replace(text, "${scheme} " + Redacted);
        text = WebToken().Replace(text, Redacted);
        text = PrivateKey().Replace(text, Redacted);
        return Assignment().Replace(text, "${name}${sign}" + Redacted);
    }

    /// <summary>One line of at most so many characters, or null; for what a caller claims about itself.</summary>
    public static string? Line(string? text, int maxCharacters)
    {
        if (text is null)
        {
            return null;
        }

        var clean = Clean(text.Length <= maxCharacters && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? text : string.Concat(text.Where(c => !char.IsControl(c)).Take(4 * maxCharacters)));
        return clean.Length <= maxCharacters ? clean : clean[..maxCharacters];
    }

    private static bool IsSecret(string name)
    {
        if (!Names.TryGetValue(name, out var isSecret))
        {
            isSecret = HoldsSecret(name);
            if (Names.Count < MaxNames)
            {
                Names.TryAdd(name, isSecret);
            }
        }

        return isSecret;
    }

    private static bool HoldsSecret(string name)
    {
        var words = Words().Matches(name).Select(word => word.Value.ToLowerInvariant()).ToArray();
        return words.Intersect(SecretWords).Any() || (words.Length > 0 && SecretEnds.Contains(words[^1]));
    }

    private static string Value(object value) => value switch
    {
        string text => Text(Cut(Clean(text))),
        bool truth => truth ? "true" : "false",
        double number when !double.IsFinite(number) => "null",
        IEnumerable<string> items => Items([.. items.Take(MaxItems + 1)]),
        int or long or double or decimal => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"Details hold text, numbers, truth values and lists of text, not {value.GetType().Name}.", nameof(value)),
    };

    private static string Items(string[] items)
    {
        var json = new StringBuilder("[");
        foreach (var item in items.Take(MaxItems))
        {
            var text = Text(Cut(Clean(item)));
            if (json.Length + text.Length > MaxTextCharacters)
            {
                return json.Append(json.Length > 1 ? "," : "").Append(Text(CutMark)).Append(']').ToString();
            }

            json.Append(json.Length > 1 ? "," : "").Append(text);
        }

        return json.Append(items.Length > MaxItems ? "," + Text(CutMark) : "").Append(']').ToString();
    }

    private static string Cut(string text) => text.Length <= MaxTextCharacters ? text : text[..(MaxTextCharacters - CutMark.Length)] + CutMark;

    private static string Text(string text) => JsonSerializer.Serialize(text, Json);

    [GeneratedRegex(@"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")]
    private static partial Regex Words();

    // Ours: wsp_mcp_… and its sisters. The digits may be cut short.
    [GeneratedRegex(@"(?<kind>wsp_[a-z]+_)[0-9A-Za-z]+")]
    private static partial Regex SecretToken();

    // RFC 9110, section 11.4.
    [GeneratedRegex(@"\b(?<scheme>Bearer|Basic|DPoP)\s+[A-Za-z0-9\-._~+/=]{6,}", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    // RFC 7515: two or three base64url parts, the first of which begins with {".
    [GeneratedRegex(@"\beyJ[A-Za-z0-9_\-]{6,}(\.[A-Za-z0-9_\-]*){1,4}")]
    private static partial Regex WebToken();

    [GeneratedRegex(@"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z0-9 ]*-----|$)|AGE-SECRET-KEY-1[0-9A-Z]+", RegexOptions.IgnoreCase)]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"(?<name>(password|passwd|passphrase|secret|api[_-]?key|client[_-]?secret|access[_-]?token|refresh[_-]?token|otp)[""']?)(?<sign>\s*[=:]\s*)(""[^""]*""?|'[^']*'?|[^\s,;&""']+)", RegexOptions.IgnoreCase)]
    private static partial Regex Assignment();
}

using System.Buffers;
using System.Globalization;
using System.Text;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Mcp;

/// <summary>Writes values as JSON that people and models can read: letters of every script stay what they are.</summary>
/// <remarks>Escaped is only what could break a line, a string or the direction of the text: RFC 8259, section 7, and Unicode TR 9.</remarks>
internal static class JsonText
{
    /// <summary>Longest text of one cell, in characters; the rest is cut off and counted.</summary>
    public const int MaxCellCharacters = 4_000;

    /// <summary>Integers beyond this are written as text, for many clients read every number as a double (RFC 8259, section 6).</summary>
    private const long MaxSafeInteger = (1L << 53) - 1;

    /// <summary>Digits of a double that SQLite itself prints.</summary>
    private const string RealFormat = "G15";

    /// <summary>Longest blob that is shown, in bytes.</summary>
    private const int MaxBlobBytes = 64;

    /// <summary>Whatever <see cref="Append"/> does not write as it is, and the halves of surrogate pairs, which may lack the other one.</summary>
    private static readonly SearchValues<char> NotPlain = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(c => char.IsSurrogate(c) || IsEscaped(new Rune(c)))]);

    public static string Of(SqlValue value) => value.Type switch
    {
        SqlType.Null => "null",
        SqlType.Integer when value.AsInteger() is >= -MaxSafeInteger and <= MaxSafeInteger => value.ToString(),
        SqlType.Real when double.IsFinite(value.AsReal()) => value.AsReal().ToString(RealFormat, CultureInfo.InvariantCulture),
        SqlType.Blob => Of(Blob(value.AsBlob())),
        _ => Of(value.ToString()),
    };

    public static string Of(string? text) => text switch
    {
        null => "null",
        { Length: > MaxCellCharacters } => OfWhole(string.Create(
            CultureInfo.InvariantCulture, $"{text.AsSpan(0, MaxCellCharacters)}… ({text.Length - MaxCellCharacters} more characters)")),
        _ => OfWhole(text),
    };

    /// <summary>Text of which nothing is cut off.</summary>
    public static string OfWhole(string text)
    {
        if (!text.AsSpan().ContainsAny(NotPlain))
        {
            return $"\"{text}\"";
        }

        var json = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            Append(json, rune);
        }

        return json.Append('"').ToString();
    }

    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Of(bool value) => value ? "true" : "false";

    public static string Of(bool? value) => value is { } known ? Of(known) : "null";

    public static string Of(DateTimeOffset? time) => time is { } known ? Of(Time(known)) : "null";

    /// <summary>A time as text, to the second.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>How fresh rows are, for a sentence.</summary>
    /// <param name="isReconciled">Whether the totals of the last sync were equal; null where nothing is synced.</param>
    public static string AsOf(DateTimeOffset? time, bool? isReconciled = null) => (time, isReconciled) switch
    {
        (null, _) => "no table was read",
        ({ } known, true) => $"as of {Time(known)}, reconciled",
        ({ } known, false) => $"as of {Time(known)}, NOT reconciled: the totals of the last sync differed from the source, so tell the user that newer rows are missing",
        ({ } known, null) => $"as of {Time(known)}",
    };

    public static string Array(IEnumerable<string> parts) => $"[{string.Join(',', parts)}]";

    /// <summary>An object of the members that are not null.</summary>
    public static string Object(params ReadOnlySpan<(string Name, string Json)> members)
    {
        var json = new StringBuilder("{");
        foreach (var (name, value) in members)
        {
            if (value != "null")
            {
                json.Append(json.Length > 1 ? "," : "").Append(Of(name)).Append(':').Append(value);
            }
        }

        return json.Append('}').ToString();
    }

    private static void Append(StringBuilder json, Rune rune)
    {
        if (rune.Value is '"' or '\\')
        {
            json.Append('\\').Append((char)rune.Value);
        }
        else if (rune.Value == '\n')
        {
            json.Append("\\n");
        }
        else if (IsEscaped(rune))
        {
            json.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
        }
        else
        {
            Span<char> characters = stackalloc char[2];
            json.Append(characters[..rune.EncodeToUtf16(characters)]);
        }
    }

    private static bool IsEscaped(Rune rune) => rune.Value is '"' or '\\' || Rune.IsControl(rune)
        || rune.Value is 0x2028 or 0x2029 or 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static string Blob(byte[] bytes) => bytes.Length <= MaxBlobBytes
        ? $"x'{Convert.ToHexString(bytes)}'"
        : $"x'{Convert.ToHexString(bytes.AsSpan(0, MaxBlobBytes))}…' ({bytes.Length} bytes)";
}

using System.Buffers;

namespace WorkspaceServer.Age;

/// <summary>The base64 of age headers: RFC 4648, section 4, without padding, canonical (section 3.5).</summary>
internal static class AgeText
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <exception cref="AgeException"><see cref="AgeError.Header"/>: not canonical base64.</exception>
    public static byte[] Decode(string text)
    {
        // .NET's decoder skips white space and does not look at the bits that are left over.
        var padding = (4 - (text.Length % 4)) % 4;
        if (padding == 3 || text.AsSpan().ContainsAnyExcept(Alphabet))
        {
            throw NotCanonical();
        }

        var bytes = Convert.FromBase64String(text + new string('=', padding));
        return Encode(bytes) == text ? bytes : throw NotCanonical();
    }

    private static AgeException NotCanonical() => new(AgeError.Header, "The age header holds text that is not canonical base64.");
}

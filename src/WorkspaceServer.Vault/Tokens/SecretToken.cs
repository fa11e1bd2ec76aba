using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Vault.Tokens;

/// <summary>A bearer secret of 256 bits that is shown once and stored only as its SHA-256.</summary>
/// <remarks>
/// Text form: prefix, 43 base62 digits of the secret, 6 base62 digits of a checksum (the first 32 bits of the SHA-256 of
/// what stands before them), so that a mistyped token is told from an unknown one without a lookup, and so that secret
/// scanners can recognise it. A random secret of 256 bits needs no slow hash.
/// </remarks>
public static class SecretToken
{
    /// <summary>Prefix of a token for the MCP endpoint.</summary>
    public const string McpPrefix = "wsp_mcp_";

    /// <summary>Prefix of the secret in a session's cookie.</summary>
    public const string SessionPrefix = "wsp_ses_";

    /// <summary>Prefix of the secret in a link that is used once, and of the cookie of the browser that alone may use it.</summary>
    public const string LinkPrefix = "wsp_lnk_";

    /// <summary>Prefix of an invitation to a workspace.</summary>
    public const string InvitationPrefix = "wsp_inv_";

    /// <summary>Prefix of an access token that an AI client got through OAuth.</summary>
    public const string AccessPrefix = "wsp_oat_";

    /// <summary>Prefix of the refresh token beside it.</summary>
    public const string RefreshPrefix = "wsp_ort_";

    /// <summary>Prefix of an authorization code of OAuth.</summary>
    public const string CodePrefix = "wsp_oac_";

    /// <summary>Prefix of the token with which an agent is paired.</summary>
    public const string PairingPrefix = "wsp_pair_";

    /// <summary>Length of the secret, in bytes.</summary>
    public const int SecretBytes = 32;

    /// <summary>Length of a token's hash, in bytes.</summary>
    public const int HashBytes = SHA256.HashSizeInBytes;

    private const int SecretDigits = 43;
    private const int ChecksumDigits = 6;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> Digits = SearchValues.Create(Alphabet);

    /// <summary>Makes a new token. The caller shows it once and keeps only <see cref="TryHash"/> of it.</summary>
    public static string Create(string prefix)
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        try
        {
            RandomNumberGenerator.Fill(secret);
            return Format(prefix, secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>SHA-256 of the token's text, which is what a store keeps and looks up.</summary>
    /// <returns>False if the text is no token with this prefix or its checksum is wrong.</returns>
    public static bool TryHash(string prefix, [NotNullWhen(true)] string? token, [NotNullWhen(true)] out byte[]? hash)
    {
        hash = null;
        if (token is null || token.Length != prefix.Length + SecretDigits + ChecksumDigits
            || !token.StartsWith(prefix, StringComparison.Ordinal)
            || token.AsSpan(prefix.Length).ContainsAnyExcept(Digits)
            || !CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(token[^ChecksumDigits..]), Encoding.ASCII.GetBytes(Checksum(token[..^ChecksumDigits]))))
        {
            return false;
        }

        hash = SHA256.HashData(Encoding.ASCII.GetBytes(token));
        return true;
    }

    /// <summary>The token of a given secret, for tests with known values.</summary>
    internal static string Format(string prefix, ReadOnlySpan<byte> secret)
    {
        var body = prefix + Base62(new BigInteger(secret, isUnsigned: true, isBigEndian: true), SecretDigits);
        return body + Checksum(body);
    }

    private static string Checksum(string body) =>
        Base62(new BigInteger(SHA256.HashData(Encoding.ASCII.GetBytes(body)).AsSpan(0, 4), isUnsigned: true, isBigEndian: true), ChecksumDigits);

    private static string Base62(BigInteger value, int digits)
    {
        var text = new char[digits];
        for (var i = digits - 1; i >= 0; i--)
        {
            value = BigInteger.DivRem(value, Alphabet.Length, out var digit);
            text[i] = Alphabet[(int)digit];
        }

        return new string(text);
    }
}

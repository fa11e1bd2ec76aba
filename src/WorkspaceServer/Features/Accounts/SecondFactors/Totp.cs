using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace WorkspaceServer.Features.Accounts.SecondFactors;

/// <summary>Time-based one-time passwords as every authenticator app makes them: HMAC-SHA-1, 30 seconds, 6 digits (RFC 6238; RFC 4226, section 5.3).</summary>
internal static class Totp
{
    /// <summary>Length of a key, in bytes (RFC 4226, section 4, R6 recommends 160 bits).</summary>
    public const int KeyBytes = 20;

    public const int Digits = 6;

    /// <summary>Codes of this many steps before and after the current one are taken, for clocks that are a little wrong.</summary>
    public const int Window = 1;

    private const int StepSeconds = 30;
    private const int Modulus = 1_000_000;
    private const string Base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    public static string CodeAt(ReadOnlySpan<byte> key, long step) =>
        (Truncated(key, step) % Modulus).ToString("D6", CultureInfo.InvariantCulture);

    /// <summary>The step within the window whose code this is; null if it is none of theirs. Compares in fixed time.</summary>
    public static long? FindStep(ReadOnlySpan<byte> key, string code, DateTimeOffset now)
    {
        long? found = null;
        for (var step = StepAt(now) - Window; step <= StepAt(now) + Window; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(code), System.Text.Encoding.ASCII.GetBytes(CodeAt(key, step))))
            {
                found = step;
            }
        }

        return found;
    }

    /// <summary>A key as people copy it into an app (RFC 4648, section 6; 20 bytes need no padding).</summary>
    public static string Base32(ReadOnlySpan<byte> key)
    {
        var text = new System.Text.StringBuilder();
        var (buffer, bits) = (0, 0);
        foreach (var each in key)
        {
            (buffer, bits) = ((buffer << 8) | each, bits + 8);
            for (; bits >= 5; bits -= 5)
            {
                text.Append(Base32Alphabet[(buffer >> (bits - 5)) & 31]);
            }

            buffer &= 0xFF;
        }

        return text.ToString();
    }

    /// <summary>What an app reads from the picture (github.com/google/google-authenticator, Key Uri Format).</summary>
    public static string Uri(string issuer, string account, string secret) =>
        $"otpauth://totp/{System.Uri.EscapeDataString(issuer)}:{System.Uri.EscapeDataString(account)}?secret={secret}&issuer={System.Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits=6&period=30";

    private static int Truncated(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // SHA-1 is what the apps know; as an HMAC key function it is not broken (RFC 6194, section 3.3).
        HMACSHA1.HashData(key, counter, hash);
#pragma warning restore CA5350
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 0xF)..]) & 0x7FFF_FFFF);
    }
}

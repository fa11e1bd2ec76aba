using System.Security.Cryptography;

namespace WorkspaceServer.Age;

/// <summary>Bech32 (BIP 173) without its limit on length, as age uses it for keys.</summary>
internal static class Bech32
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int ChecksumLength = 6;

    /// <summary>Longest text that is looked at, in characters: a hybrid recipient has about 1,960.</summary>
    private const int MaxLength = 4096;

    private static readonly uint[] Generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

    /// <summary>Upper case if the prefix is. The caller wipes the characters of a secret.</summary>
    public static char[] Encode(string prefix, ReadOnlySpan<byte> bytes)
    {
        var lower = prefix.ToLowerInvariant();
        Span<byte> digits = stackalloc byte[((bytes.Length * 8) + 4) / 5];
        var text = GC.AllocateArray<char>(prefix.Length + 1 + digits.Length + ChecksumLength, pinned: true);
        prefix.CopyTo(text);
        text[prefix.Length] = '1';
        Regroup(bytes, 8, digits, 5);
        var checksum = Checksum(lower, digits, ChecksumLength);
        for (var i = 0; i < digits.Length + ChecksumLength; i++)
        {
            var digit = i < digits.Length ? digits[i] : (byte)(checksum >> (5 * (ChecksumLength - 1 - (i - digits.Length))) & 31);
            text[prefix.Length + 1 + i] = prefix == lower ? Alphabet[digit] : char.ToUpperInvariant(Alphabet[digit]);
        }

        CryptographicOperations.ZeroMemory(digits);
        return text;
    }

    /// <returns>The prefix as it was written, and the bytes, which the caller wipes if they are secret.</returns>
    /// <exception cref="AgeException"><see cref="AgeError.Key"/>.</exception>
    public static (string Prefix, byte[] Bytes) Decode(ReadOnlySpan<char> text)
    {
        var one = text.LastIndexOf('1');
        if (one < 1 || text.Length - one - 1 < ChecksumLength || text.Length > MaxLength
            || text.ContainsAnyExceptInRange('!', '~') || (text.ContainsAnyInRange('a', 'z') && text.ContainsAnyInRange('A', 'Z')))
        {
            throw Bad();
        }

        var prefix = text[..one].ToString();
        Span<byte> digits = stackalloc byte[text.Length - one - 1];
        try
        {
            for (var i = 0; i < digits.Length; i++)
            {
                var digit = Alphabet.IndexOf(char.ToLowerInvariant(text[one + 1 + i]), StringComparison.Ordinal);
                digits[i] = digit >= 0 ? (byte)digit : throw Bad();
            }

            if (Checksum(prefix.ToLowerInvariant(), digits, 0) != 0)
            {
                throw Bad();
            }

            var data = digits[..^ChecksumLength];
            var bytes = GC.AllocateArray<byte>(data.Length * 5 / 8, pinned: true);
            return Regroup(data, 5, bytes, 8) ? (prefix, bytes) : throw Bad();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(digits);
        }
    }

    /// <summary>Zero if the digits end with a right checksum; with zeros added, the checksum that makes it so.</summary>
    private static uint Checksum(string prefix, ReadOnlySpan<byte> digits, int zeros)
    {
        var state = 1u;
        foreach (var c in prefix)
        {
            Add(ref state, (uint)c >> 5);
        }

        Add(ref state, 0);
        foreach (var c in prefix)
        {
            Add(ref state, (uint)c & 31);
        }

        foreach (var digit in digits)
        {
            Add(ref state, digit);
        }

        for (var i = 0; i < zeros; i++)
        {
            Add(ref state, 0);
        }

        return state ^ 1;
    }

    private static void Add(ref uint state, uint value)
    {
        var top = state >> 25;
        state = ((state & 0x1ffffff) << 5) ^ value;
        for (var i = 0; i < Generator.Length; i++)
        {
            state ^= (top >> i & 1) == 1 ? Generator[i] : 0;
        }
    }

    /// <summary>Writes groups of bits as groups of another size.</summary>
    /// <returns>False if bits that are left over are not zero or make up a whole group (BIP 173, "Decoding").</returns>
    private static bool Regroup(ReadOnlySpan<byte> from, int fromBits, Span<byte> to, int toBits)
    {
        var (value, bits, at) = (0u, 0, 0);
        foreach (var group in from)
        {
            value = (value << fromBits) | group;
            for (bits += fromBits; bits >= toBits; bits -= toBits)
            {
                to[at++] = (byte)(value >> (bits - toBits) & ((1u << toBits) - 1));
            }

            value &= (1u << bits) - 1;
        }

        if (at < to.Length)
        {
            to[at] = (byte)(value << (toBits - bits));
            return true;
        }

        return bits < fromBits && value == 0;
    }

    private static AgeException Bad() => new(AgeError.Key, "This is no age key: a character is missing or wrong. Copy it again, whole.");
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace WorkspaceServer.Vault.Passwords;

/// <summary>What one hash costs: its memory in kibibytes and its passes over it. Parallelism is 1, libsodium's only choice.</summary>
public sealed record Argon2Cost(int Kibibytes, int Passes);

/// <summary>Hashes what people type: Argon2id (RFC 9106) with a random salt, written in the PHC string format.</summary>
/// <remarks>
/// $argon2id$v=19$m=47104,t=1,p=1$SALT$HASH, salt and hash in base64 without padding; other implementations read the same. Text is
/// hashed as the UTF-8 of what was typed: this build carries no Unicode tables, so two spellings of one character are two passwords.
/// </remarks>
public static class Argon2
{
    /// <summary>Every hash of ours starts so.</summary>
    public const string Prefix = "$argon2id$";

    /// <summary>Length of the salt, in bytes.</summary>
    public const int SaltBytes = 16;

    /// <summary>Length of the hash, in bytes.</summary>
    public const int HashBytes = 32;

    /// <summary>More than this a stored hash may not ask for: it comes from a file, and an import may have written it.</summary>
    private const int MaxKibibytes = 1 << 20;
    private const int MaxPasses = 16;

    /// <summary>A new verifier of this text.</summary>
    public static string Create(string text, Argon2Cost cost)
    {
        var parameters = NewParameters(cost);
        return $"{parameters}${Base64(Derive(text, parameters))}";
    }

    /// <summary>A new salt with the costs, as the PHC format writes them without a hash.</summary>
    public static string NewParameters(Argon2Cost cost) => string.Create(
        CultureInfo.InvariantCulture, $"{Prefix}v=19$m={cost.Kibibytes},t={cost.Passes},p=1${Base64(RandomNumberGenerator.GetBytes(SaltBytes))}");

    /// <summary>The hash of a text under parameters that <see cref="NewParameters"/> made.</summary>
    /// <exception cref="FormatException">They are not Argon2id parameters within our bounds.</exception>
    public static byte[] Derive(string text, string parameters) => TryRead(parameters, out var cost, out var salt, out _)
        ? Derive(text, cost, salt)
        : throw new FormatException("These are no Argon2id parameters.");

    /// <summary>Whether the text is the one that the verifier was made of. Compares in fixed time.</summary>
    /// <returns>False, too, for a verifier that cannot be read.</returns>
    public static bool Verify(string text, string verifier) =>
        TryRead(verifier, out var cost, out var salt, out var hash) && hash.Length == HashBytes
        && CryptographicOperations.FixedTimeEquals(Derive(text, cost, salt), hash);

    /// <summary>What checking this verifier costs; null if it cannot be read.</summary>
    public static Argon2Cost? CostOf(string verifier) => TryRead(verifier, out var cost, out _, out _) ? cost : null;

    private static byte[] Derive(string text, Argon2Cost cost, byte[] salt)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            var algorithm = PasswordBasedKeyDerivationAlgorithm.Argon2id(
                new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = cost.Kibibytes, NumberOfPasses = cost.Passes });
            return algorithm.DeriveBytes(bytes, salt, HashBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static bool TryRead(string verifier, [NotNullWhen(true)] out Argon2Cost? cost, out byte[] salt, out byte[] hash)
    {
        (cost, salt, hash) = (null, [], []);
        if (verifier.Split('$') is not ["", "argon2id", "v=19", var costs, var saltText, .. var rest] || rest.Length > 1
            || costs.Split(',') is not [['m', '=', .. var memory], ['t', '=', .. var passes], "p=1"]
            || !int.TryParse(memory, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) || kibibytes is < 8 or > MaxKibibytes
            || !int.TryParse(passes, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MaxPasses
            || !TryBase64(saltText, out salt) || salt.Length != SaltBytes
            || (rest is [var hashText] && !TryBase64(hashText, out hash)))
        {
            return false;
        }

        cost = new Argon2Cost(kibibytes, count);
        return true;
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[(text.Length * 3) / 4];
        var fits = Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var written);
        return fits && written == bytes.Length;
    }
}

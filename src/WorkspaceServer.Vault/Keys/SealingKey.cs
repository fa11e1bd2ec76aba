using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace WorkspaceServer.Vault.Keys;

/// <summary>Seals small secrets that must be read again: XChaCha20-Poly1305 under a key derived from the master key for one purpose.</summary>
/// <remarks>
/// Sealed form: 24 random bytes of nonce, then ciphertext and tag. Random nonces of 192 bits do not repeat in any number that we
/// make (draft-irtf-cfrg-xchacha-03, section 2.1). What is sealed for one purpose or owner does not open for another.
/// </remarks>
public sealed class SealingKey : IDisposable
{
    private static readonly AeadAlgorithm Algorithm = AeadAlgorithm.XChaCha20Poly1305;
    private readonly Key key;

    /// <param name="purpose">What is sealed, such as "totp-key". Part of the key's derivation: never rename one.</param>
    public SealingKey(MasterKey master, string purpose)
    {
        using var derived = KeyDerivation.ForSealing(master, purpose);
        key = Key.Import(Algorithm, derived.Span, KeyBlobFormat.RawSymmetricKey);
    }

    /// <param name="owner">Whose secret it is. Not secret; the same must be given to open it.</param>
    public byte[] Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> owner)
    {
        var sealedBytes = new byte[Algorithm.NonceSize + secret.Length + Algorithm.TagSize];
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, Algorithm.NonceSize));
        Algorithm.Encrypt(key, sealedBytes.AsSpan(0, Algorithm.NonceSize), owner, secret, sealedBytes.AsSpan(Algorithm.NonceSize));
        return sealedBytes;
    }

    /// <returns>False if it was not sealed with this key for this owner, or was changed since.</returns>
    public bool TryOpen(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> owner, [NotNullWhen(true)] out byte[]? secret)
    {
        secret = sealedBytes.Length < Algorithm.NonceSize + Algorithm.TagSize
            ? null
            : Algorithm.Decrypt(key, sealedBytes[..Algorithm.NonceSize], owner, sealedBytes[Algorithm.NonceSize..]);
        return secret is not null;
    }

    /// <summary>The same secret, sealed with another key.</summary>
    /// <exception cref="VaultException">It was not sealed with this key for this owner, or was changed since.</exception>
    public byte[] Reseal(byte[] sealedBytes, ReadOnlySpan<byte> owner, SealingKey next)
    {
        if (!TryOpen(sealedBytes, owner, out var secret))
        {
            throw new VaultException(VaultError.WrongKey, "A sealed secret does not open: it was sealed under another master key, or changed.");
        }

        try
        {
            return next.Seal(secret, owner);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    public void Dispose() => key.Dispose();
}

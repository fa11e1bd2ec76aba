using System.Security.Cryptography;

namespace WorkspaceServer.Vault.Keys;

/// <summary>Keys on the curve P-256 that sign tokens (ES256, RFC 7518, section 3.4), and how private keys are sealed.</summary>
public static class SigningKeys
{
    /// <summary>A new key. The caller disposes it.</summary>
    public static ECDsa CreateP256() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <param name="owner">What it is for; the same must be given to open it.</param>
    public static byte[] Seal(SealingKey seal, ECDsa key, ReadOnlySpan<byte> owner) => Seal(seal, key.ExportPkcs8PrivateKey(), owner);

    /// <summary>The caller disposes the key.</summary>
    /// <exception cref="VaultException">It was sealed under another master key, or for something else, or was changed.</exception>
    public static ECDsa OpenP256(SealingKey seal, byte[] sealedKey, ReadOnlySpan<byte> owner)
    {
        var secret = Unseal(seal, sealedKey, owner);
        try
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(secret, out _);
            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Seals the secret, and wipes it.</summary>
    internal static byte[] Seal(SealingKey seal, byte[] secret, ReadOnlySpan<byte> owner)
    {
        try
        {
            return seal.Seal(secret, owner);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    internal static byte[] Unseal(SealingKey seal, byte[] sealedKey, ReadOnlySpan<byte> owner) => seal.TryOpen(sealedKey, owner, out var secret)
        ? secret
        : throw new VaultException(VaultError.WrongKey, "A key of the server cannot be opened: the master key is another one, or the control database was changed.");
}

using NSec.Cryptography;

namespace WorkspaceServer.Vault.Keys;

/// <summary>An Ed25519 key that signs (RFC 8032). The private half leaves it only sealed.</summary>
public sealed class IdentityKey : IDisposable
{
    /// <summary>Length of a public key, in bytes.</summary>
    public const int PublicBytes = 32;

    private static readonly SignatureAlgorithm Algorithm = SignatureAlgorithm.Ed25519;
    private readonly Key key;

    private IdentityKey(Key key) => this.key = key;

    public byte[] PublicKey => key.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    public static IdentityKey Create() =>
        new(Key.Create(Algorithm, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <param name="owner">What it was sealed for.</param>
    /// <exception cref="VaultException">It was sealed under another master key, or for something else, or was changed.</exception>
    public static IdentityKey Open(SealingKey seal, byte[] sealedKey, ReadOnlySpan<byte> owner)
    {
        var secret = SigningKeys.Unseal(seal, sealedKey, owner);
        try
        {
            return new IdentityKey(Key.Import(Algorithm, secret, KeyBlobFormat.RawPrivateKey, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Whether this is a signature over the bytes by this public key. False for a key that is none.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature) =>
        NSec.Cryptography.PublicKey.TryImport(Algorithm, publicKey, KeyBlobFormat.RawPublicKey, out var key) && Algorithm.Verify(key!, bytes, signature);

    public byte[] Seal(SealingKey seal, ReadOnlySpan<byte> owner) => SigningKeys.Seal(seal, key.Export(KeyBlobFormat.RawPrivateKey), owner);

    public byte[] Sign(ReadOnlySpan<byte> bytes) => Algorithm.Sign(key, bytes);

    public void Dispose() => key.Dispose();
}

using System.Text;
using NSec.Cryptography;

namespace WorkspaceServer.Vault.Keys;

/// <summary>Signs what a backup says of itself: Ed25519 (RFC 8032) under a key derived from the master key.</summary>
/// <remarks>So whoever restores with the master key needs no other key to know that this server wrote the backup.</remarks>
public sealed class BackupSigner : IDisposable
{
    /// <summary>Length of a signature, in bytes.</summary>
    public const int SignatureBytes = 64;

    private static readonly SignatureAlgorithm Algorithm = SignatureAlgorithm.Ed25519;
    private readonly Key key;

    /// <param name="master">Not kept.</param>
    public BackupSigner(MasterKey master)
    {
        using var seed = KeyDerivation.ForBackupSigning(master);
        key = Key.Import(Algorithm, seed.Span, KeyBlobFormat.RawPrivateKey);
    }

    /// <summary>The public half, 32 bytes in hexadecimal digits.</summary>
    public string PublicKey => Convert.ToHexStringLower(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    /// <param name="purpose">What is signed; a signature for one purpose is none for another.</param>
    public byte[] Sign(string purpose, ReadOnlySpan<byte> message) => Algorithm.Sign(key, Prefixed(purpose, message));

    public bool Verify(string purpose, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureBytes && Algorithm.Verify(key.PublicKey, Prefixed(purpose, message), signature);

    public void Dispose() => key.Dispose();

    private static byte[] Prefixed(string purpose, ReadOnlySpan<byte> message) => [.. Encoding.ASCII.GetBytes(purpose), 0, .. message];
}

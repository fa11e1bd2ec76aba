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
    private readonly PublicKey[] earlier;

    /// <param name="master">Not kept.</param>
    /// <param name="earlier">Public keys, 32 bytes each, of master keys that this one replaced; empty where only the present one counts.</param>
    public BackupSigner(MasterKey master, params IEnumerable<byte[]> earlier)
    {
        using var seed = KeyDerivation.ForBackupSigning(master);
        key = Key.Import(Algorithm, seed.Span, KeyBlobFormat.RawPrivateKey);
        this.earlier = [.. earlier.Select(each => NSec.Cryptography.PublicKey.Import(Algorithm, each, KeyBlobFormat.RawPublicKey))];
    }

    /// <summary>The public half, 32 bytes.</summary>
    public byte[] PublicKey => key.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    /// <param name="purpose">What is signed; a signature for one purpose is none for another.</param>
    public byte[] Sign(string purpose, ReadOnlySpan<byte> message) => Algorithm.Sign(key, Prefixed(purpose, message));

    /// <summary>Whether the present key signed this.</summary>
    public bool Verify(string purpose, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureBytes && Algorithm.Verify(key.PublicKey, Prefixed(purpose, message), signature);

    /// <summary>Whether one of the earlier keys signed this.</summary>
    public bool VerifyEarlier(string purpose, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var prefixed = Prefixed(purpose, message);
        foreach (var each in earlier)
        {
            if (signature.Length == SignatureBytes && Algorithm.Verify(each, prefixed, signature))
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose() => key.Dispose();

    private static byte[] Prefixed(string purpose, ReadOnlySpan<byte> message) => [.. Encoding.ASCII.GetBytes(purpose), 0, .. message];
}

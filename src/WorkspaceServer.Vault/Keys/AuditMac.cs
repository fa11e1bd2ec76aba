using System.Security.Cryptography;

namespace WorkspaceServer.Vault.Keys;

/// <summary>HMAC-SHA-256 under the audit log's key, which never leaves this class: whoever cannot ask it cannot forge a row.</summary>
/// <remarks>
/// Key: HKDF-SHA-256 of the master key, info "workspace-server/v1/audit-key". MAC: RFC 2104 and FIPS 198-1. When the master key is replaced,
/// the log goes on under the key that it began with, sealed under the new one; or no MAC that somebody wrote down would be found again.
/// </remarks>
public sealed class AuditMac : IDisposable
{
    /// <summary>Length of a MAC, in bytes.</summary>
    public const int MacBytes = HMACSHA256.HashSizeInBytes;

    private const string SealPurpose = "audit-key";

    private readonly SecretBytes key;

    /// <param name="master">Not kept.</param>
    public AuditMac(MasterKey master) => key = KeyDerivation.ForAudit(master);

    /// <param name="master">The key under which it was carried on. Not kept.</param>
    /// <param name="carried">What <see cref="CarryTo"/> gave.</param>
    /// <exception cref="VaultException">It was sealed under another master key, or changed.</exception>
    public AuditMac(MasterKey master, byte[] carried)
    {
        using var seal = new SealingKey(master, SealPurpose);
        if (!seal.TryOpen(carried, default, out var opened) || opened.Length != KeyDerivation.KeyBytes)
        {
            throw new VaultException(VaultError.WrongKey, "The key of the audit log does not open with this master key.");
        }

        key = new SecretBytes(KeyDerivation.KeyBytes);
        opened.CopyTo(key.Writable);
        CryptographicOperations.ZeroMemory(opened);
    }

    /// <summary>This key, sealed under a master key that takes the place of the one before.</summary>
    public byte[] CarryTo(MasterKey next)
    {
        using var seal = new SealingKey(next, SealPurpose);
        return seal.Seal(key.Span, default);
    }

    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public byte[] Compute(ReadOnlySpan<byte> message) => HMACSHA256.HashData(key.Span, message);

    public void Dispose() => key.Dispose();
}

using System.Security.Cryptography;

namespace WorkspaceServer.Vault.Keys;

/// <summary>HMAC-SHA-256 under the audit log's key, which never leaves this class: whoever cannot ask it cannot forge a row.</summary>
/// <remarks>Key: HKDF-SHA-256 of the master key, info "workspace-server/v1/audit-key". MAC: RFC 2104 and FIPS 198-1.</remarks>
public sealed class AuditMac : IDisposable
{
    /// <summary>Length of a MAC, in bytes.</summary>
    public const int MacBytes = HMACSHA256.HashSizeInBytes;

    private readonly SecretBytes key;

    /// <param name="master">Not kept.</param>
    public AuditMac(MasterKey master) => key = KeyDerivation.ForAudit(master);

    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public byte[] Compute(ReadOnlySpan<byte> message) => HMACSHA256.HashData(key.Span, message);

    public void Dispose() => key.Dispose();
}

using System.Text;
using NSec.Cryptography;

namespace WorkspaceServer.Vault.Keys;

/// <summary>Derives the key of each database file from the master key.</summary>
/// <remarks>
/// key = HKDF-SHA-256(ikm: master key, salt, info, length: 32 bytes). Source: RFC 5869, sections 2.2, 2.3 and 3; vectors in
/// its appendix A. Changing any of the inputs makes every existing file unreadable. A workspace has a random salt of its
/// own, kept in the control database: once it is destroyed there and in every backup, no copy of that workspace can be read.
/// </remarks>
public static class KeyDerivation
{
    /// <summary>Length of the master key and of every derived key, in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>Length of a workspace's salt, in bytes.</summary>
    public const int SaltBytes = 32;

    private const string WorkspaceInfo = "workspace-server/v1/workspace-key/";
    private const string ControlInfo = "workspace-server/v1/control-key";
    private const string SealingInfo = "workspace-server/v1/sealing/";
    private const string AuditInfo = "workspace-server/v1/audit-key";
    private const string BackupSigningInfo = "workspace-server/v1/backup-signing";
    private const string FingerprintInfo = "workspace-server/v1/fingerprint";

    /// <summary>The key of one workspace's file. The caller disposes, and so wipes, it.</summary>
    /// <exception cref="ArgumentException">The salt is not <see cref="SaltBytes"/> bytes long.</exception>
    public static SecretBytes ForWorkspace(MasterKey master, WorkspaceId workspace, ReadOnlySpan<byte> salt) =>
        salt.Length == SaltBytes
            ? Derive(master.Span, salt, Encoding.ASCII.GetBytes(WorkspaceInfo + workspace))
            : throw new ArgumentException($"A workspace salt is {SaltBytes} bytes; this one is {salt.Length}.", nameof(salt));

    /// <summary>The key of the control database. The caller disposes, and so wipes, it.</summary>
    public static SecretBytes ForControl(MasterKey master) => Derive(master.Span, default, Encoding.ASCII.GetBytes(ControlInfo));

    /// <summary>The key that seals secrets of one purpose. The caller disposes, and so wipes, it.</summary>
    public static SecretBytes ForSealing(MasterKey master, string purpose) => Derive(master.Span, default, Encoding.UTF8.GetBytes(SealingInfo + purpose));

    /// <summary>It stays in <see cref="MacKey"/>.</summary>
    internal static SecretBytes ForMac(MasterKey master, string purpose) => Derive(master.Span, default, Encoding.UTF8.GetBytes("workspace-server/v1/mac/" + purpose));

    /// <summary>The key of the audit log's chain. It stays in <see cref="AuditMac"/>.</summary>
    internal static SecretBytes ForAudit(MasterKey master) => Derive(master.Span, default, Encoding.ASCII.GetBytes(AuditInfo));

    /// <summary>The seed of the key that signs backups. It stays in <see cref="BackupSigner"/>.</summary>
    internal static SecretBytes ForBackupSigning(MasterKey master) => Derive(master.Span, default, Encoding.ASCII.GetBytes(BackupSigningInfo));

    /// <summary>What <see cref="MasterKey.Fingerprint"/> shows a part of.</summary>
    internal static SecretBytes ForFingerprint(MasterKey master) => Derive(master.Span, default, Encoding.ASCII.GetBytes(FingerprintInfo));

    internal static SecretBytes Derive(ReadOnlySpan<byte> master, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info)
    {
        var key = new SecretBytes(KeyBytes);
        KeyDerivationAlgorithm.HkdfSha256.DeriveBytes(master, salt, info, key.Writable);
        return key;
    }
}

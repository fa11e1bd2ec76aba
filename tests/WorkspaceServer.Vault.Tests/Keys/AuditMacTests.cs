using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Keys;

public sealed class AuditMacTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    [Trait("claim", "B28")]
    public void AMacIsWhatAnotherImplementationMakes()
    {
        using var master = NewMaster();
        using var mac = new AuditMac(master);

        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, File.ReadAllBytes(folder.File("master.key")), 32, [], Encoding.ASCII.GetBytes("workspace-server/v1/audit-key"));
        using var hmac = new HMACSHA256(key);
        Assert.Equal(hmac.ComputeHash("a row"u8.ToArray()), mac.Compute("a row"u8));
    }

    [Fact]
    public void TheKeyIsNotTheControlDatabases()
    {
        using var master = NewMaster();
        using var audit = KeyDerivation.ForAudit(master);
        using var control = KeyDerivation.ForControl(master);

        Assert.False(audit.Span.SequenceEqual(control.Span));
    }

    [Fact]
    public void AfterDisposeThereIsNoKey()
    {
        using var master = NewMaster();
        var mac = new AuditMac(master);
        mac.Dispose();

        Assert.Throws<ObjectDisposedException>(() => mac.Compute("a row"u8));
    }

    public void Dispose() => folder.Dispose();

    private MasterKey NewMaster()
    {
        MasterKey.Create(folder.File("master.key"));
        return MasterKey.Load(folder.File("master.key"));
    }
}

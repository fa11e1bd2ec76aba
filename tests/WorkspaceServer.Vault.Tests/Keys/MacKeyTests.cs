using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Keys;

public sealed class MacKeyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    [Trait("claim", "D46")]
    public void AMacIsWhatAnotherImplementationComputes_UnderAKeyOfItsPurpose()
    {
        var path = folder.File("master.key");
        MasterKey.Create(path);
        using var master = MasterKey.Load(path);
        using var key = new MacKey(master, "download-link");
        using var other = new MacKey(master, "download-links");

        var derived = HKDF.DeriveKey(HashAlgorithmName.SHA256, File.ReadAllBytes(path), 32, [], Encoding.ASCII.GetBytes("workspace-server/v1/mac/download-link"));
        Assert.Equal(HMACSHA256.HashData(derived, "what is sent"u8), key.Compute("what is sent"u8));
        Assert.NotEqual(key.Compute("what is sent"u8), other.Compute("what is sent"u8));
    }

    public void Dispose() => folder.Dispose();
}

using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Keys;

public sealed class KeyDerivationTests : IDisposable
{
    private static readonly WorkspaceId Workspace = WorkspaceId.Parse("0193b3a2c4d57e8f9a0b1c2d3e4f5061");
    private readonly TemporaryFolder folder = new();

    // RFC 5869, appendix A.1 and A.3: the first 32 bytes of OKM, since HKDF's output is a prefix of any longer one.
    [Theory]
    [Trait("claim", "A30")]
    [Trait("claim", "E5")]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9", "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")]
    public void PublishedVectorsHold(string material, string salt, string info, string expected)
    {
        using var key = KeyDerivation.Derive(Convert.FromHexString(material), Convert.FromHexString(salt), Convert.FromHexString(info));

        Assert.Equal(expected, Convert.ToHexStringLower(key.Span));
    }

    [Fact]
    [Trait("claim", "A30")]
    public void AWorkspaceKeyIsWhatAnotherImplementationDerives()
    {
        var salt = RandomNumberGenerator.GetBytes(KeyDerivation.SaltBytes);
        using var master = NewMaster();
        using var key = KeyDerivation.ForWorkspace(master, Workspace, salt);

        var info = Encoding.ASCII.GetBytes($"workspace-server/v1/workspace-key/{Workspace}");
        var expected = HKDF.DeriveKey(HashAlgorithmName.SHA256, File.ReadAllBytes(folder.File("master.key")), 32, salt, info);
        Assert.Equal(expected, key.Span);
    }

    [Fact]
    [Trait("claim", "B36")]
    public void EveryInputChangesTheKey()
    {
        var salt = new byte[KeyDerivation.SaltBytes];
        using var master = NewMaster();
        using var key = KeyDerivation.ForWorkspace(master, Workspace, salt);
        using var otherWorkspace = KeyDerivation.ForWorkspace(master, WorkspaceId.Parse("0193b3a2c4d57e8f9a0b1c2d3e4f5062"), salt);
        salt[0] = 1;
        using var otherSalt = KeyDerivation.ForWorkspace(master, Workspace, salt);
        using var control = KeyDerivation.ForControl(master);

        Assert.Equal(4, new[] { key, otherWorkspace, otherSalt, control }.Select(each => Convert.ToHexString(each.Span)).Distinct().Count());
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void ASaltOfAnotherLengthIsRefused(int length)
    {
        using var master = NewMaster();

        Assert.Throws<ArgumentException>(() => KeyDerivation.ForWorkspace(master, Workspace, new byte[length]));
    }

    [Fact]
    public void DisposedKeysAreWipedAndUnusable()
    {
        var key = new SecretBytes(32);
        key.Writable.Fill(7);
        var memory = key.Writable;
        key.Dispose();

        Assert.True(memory.IndexOfAnyExcept((byte)0) < 0);
        Assert.Throws<ObjectDisposedException>(() => key.Span.Length);
    }

    public void Dispose() => folder.Dispose();

    private MasterKey NewMaster()
    {
        MasterKey.Create(folder.File("master.key"));
        return MasterKey.Load(folder.File("master.key"));
    }
}

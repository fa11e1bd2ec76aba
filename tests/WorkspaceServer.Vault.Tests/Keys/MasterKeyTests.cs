using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Keys;

[Trait("claim", "A31")]
public sealed class MasterKeyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Key => folder.File("master.key");

    [Fact]
    public void ANewKeyHas32BytesAndOnlyItsOwnerReadsIt()
    {
        MasterKey.Create(Key);

        Assert.Equal(32, new FileInfo(Key).Length);
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Key));
        MasterKey.Load(Key).Dispose();
    }

    [Fact]
    public void AnExistingKeyIsNeverOverwritten()
    {
        MasterKey.Create(Key);
        var before = File.ReadAllBytes(Key);

        Assert.Throws<VaultException>(() => MasterKey.Create(Key));
        Assert.Equal(before, File.ReadAllBytes(Key));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupWrite, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserExecute, false)]
    public void OnlyTheOwnerMayReadTheFile(UnixFileMode mode, bool isAccepted)
    {
        MasterKey.Create(Key);
        File.SetUnixFileMode(Key, mode);

        Assert.Equal(isAccepted, Accepts(out var message));
        Assert.True(isAccepted || message.Contains("chmod 0400", StringComparison.Ordinal), message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void AnotherLengthIsRefused(int length)
    {
        File.WriteAllBytes(Key, new byte[length]);
        File.SetUnixFileMode(Key, UnixFileMode.UserRead);

        Assert.False(Accepts(out var message));
        Assert.Contains($"{length} bytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALinkIsRefused()
    {
        MasterKey.Create(folder.File("real.key"));
        File.CreateSymbolicLink(Key, folder.File("real.key"));

        Assert.False(Accepts(out var message));
        Assert.Contains("not a link", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileSaysHowToMakeOne()
    {
        Assert.False(Accepts(out var message));
        Assert.Contains("workspace-server init", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileOfAnotherUserIsRefused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a file to another user");
        MasterKey.Create(Key);
        Assert.Equal(0, ChangeOwner(Key, 65534, 65534));

        Assert.False(Accepts(out var message));
        Assert.Contains("another user", message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private bool Accepts(out string message)
    {
        try
        {
            MasterKey.Load(Key).Dispose();
            message = "";
            return true;
        }
        catch (VaultException error) when (error.Error == VaultError.KeyFile)
        {
            message = error.Message;
            return false;
        }
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "chown", CharSet = System.Runtime.InteropServices.CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner(string path, uint owner, uint group);
}

using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>The store in a folder.</summary>
public sealed class DirectoryStoreTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task DoesWhatEveryStoreMust()
    {
        using var store = new DirectoryStore(root.File("store"));
        await ObjectStoreContract.CheckAsync(store, 1 << 20, Cancel);
    }

    [Fact]
    public async Task NobodyElseMayRead()
    {
        using var store = new DirectoryStore(root.File("store"));
        await ObjectStoreContract.PutAsync(store, "a/b", [1], Cancel);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(root.File("store/a/b")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(root.File("store/a")));
    }

    [Fact]
    public async Task OfManyWhoWriteOneNameExactlyOneSucceeds()
    {
        using var store = new DirectoryStore(root.File("store"));
        var writers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(async () =>
        {
            try
            {
                await ObjectStoreContract.PutAsync(store, "one", [(byte)number], Cancel);
                return number;
            }
            catch (ObjectStoreException)
            {
                return -1;
            }
        })));

        var winner = Assert.Single(writers, number => number >= 0);
        Assert.Equal([(byte)winner], await ObjectStoreContract.ReadAsync(store, "one", Cancel));
        Assert.Single(Directory.GetFiles(root.File("store")));
    }
}

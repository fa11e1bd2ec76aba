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
        const int many = 20;
        using var store = new DirectoryStore(root.File("store"));
        using var barrier = new Barrier(many);
        var writers = await Task.WhenAll(Enumerable.Range(0, many).Select(number => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    store.PutAsync(
                        "one",
                        file =>
                        {
                            file.WriteByte((byte)number);
                            // All are at this point before any goes on to give its file the name.
                            barrier.SignalAndWait(Cancel);
                            return Task.CompletedTask;
                        },
                        Cancel).GetAwaiter().GetResult();
                    return number;
                }
                catch (ObjectStoreException)
                {
                    return -1;
                }
            },
            Cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        var winner = Assert.Single(writers, number => number >= 0);
        Assert.Equal([(byte)winner], await ObjectStoreContract.ReadAsync(store, "one", Cancel));
        Assert.Single(Directory.GetFiles(root.File("store")));
    }
}

using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces;

/// <summary>How much of the log a commit has to copy; counted in pages, so that no machine is too busy for it.</summary>
public sealed class LogKeeperTests : IAsyncDisposable
{
    private readonly BackupHouse house = new();
    private readonly WorkspaceId books;

    public LogKeeperTests() => books = house.Workspaces.Create();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "A93")]
    public async Task NoCommitCopiesMoreThanABoundedNumberOfPages_HoweverLongABackupHeldTheLog()
    {
        using var use = house.Workspaces.Open.Use(books);
        var writer = use.File.Writer;
        await RunAsync(writer, "CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB)");
        var before = (await StateAsync(writer)).Copied;

        // Some 5,000 pages come in while a backup holds the moment before them, so none of them can be copied.
        using (house.Databases.Hold(books.ToString())!)
        {
            for (var i = 0; i < 50; i++)
            {
                await RunAsync(writer, "WITH RECURSIVE c(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM c WHERE n < 100) INSERT INTO t (filler) SELECT randomblob(4000) FROM c");
            }

            var held = await StateAsync(writer);
            Assert.True(held.Pages > 2 * LogKeeper.MaxPagesInCommit && held.Copied <= before + LogKeeper.MinPages, $"{held.Pages} pages, {held.Copied} copied");
        }

        // Afterwards the log gets short again within as many commits as it takes to notice, and none of them did much of it.
        for (var i = 0; i < 50 || (i < 1_000 && (await StateAsync(writer)) is var (pages, copied, _) && pages - copied >= LogKeeper.MaxPagesInCommit); i++)
        {
            await RunAsync(writer, "WITH RECURSIVE c(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM c WHERE n < 100) INSERT INTO t (filler) SELECT randomblob(4000) FROM c");
        }

        Assert.InRange(writer.Log.MostInCommit, 1, LogKeeper.MaxPagesInCommit);
        Assert.True(writer.Log.Besides > 0);
    }

    [Fact]
    public async Task WithoutABackupTheLogIsCopiedWithinCommits_AndBegunAnew()
    {
        using var use = house.Workspaces.Open.Use(books);
        var writer = use.File.Writer;
        await RunAsync(writer, "CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB)");
        for (var i = 0; i < 60; i++)
        {
            await RunAsync(writer, "WITH RECURSIVE c(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM c WHERE n < 100) INSERT INTO t (filler) SELECT randomblob(4000) FROM c");
        }

        Assert.Equal(0, writer.Log.Besides);
        Assert.InRange(writer.Log.MostInCommit, LogKeeper.MinPages / 2, LogKeeper.MaxPagesInCommit);
        Assert.InRange((await StateAsync(writer)).Pages, 0, LogKeeper.MaxPagesInCommit);
    }

    [Fact]
    public async Task WhoWritesMuchCopiesItAtOnce_SoThatALongImportDoesNotFillTheDisk()
    {
        using var use = house.Workspaces.Open.Use(books);
        var writer = use.File.Writer;
        await RunAsync(writer, "CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB)");
        for (var i = 0; i < 5; i++)
        {
            // Some 5,000 pages each.
            await RunAsync(writer, "WITH RECURSIVE c(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM c WHERE n < 5000) INSERT INTO t (filler) SELECT randomblob(4000) FROM c");
        }

        Assert.Equal(0, writer.Log.Besides);
        Assert.InRange((await StateAsync(writer)).Pages, 0, 12_000);
    }

    private static Task<int> RunAsync(WriterQueue writer, string sql) => writer.RunAsync(
        connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return command.ExecuteNonQuery();
        },
        Cancel);

    private static Task<(int Pages, int Copied, int Salt)> StateAsync(WriterQueue writer) => writer.RunAsync(LogCheckpoint.State, Cancel);
}

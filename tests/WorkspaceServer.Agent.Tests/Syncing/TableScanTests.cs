using System.Buffers.Text;
using System.Globalization;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Sources.Files;
using WorkspaceServer.Agent.Syncing;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Syncing;

/// <summary>The outbox sends what changed, no more and no less, and its totals are those of the whole source.</summary>
public sealed class TableScanTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly OutboxKey key = new(Base64Url.EncodeToString(new byte[32]));
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 15, 9, 0, 0, TimeSpan.Zero));
    private readonly ModelTable server = new();
    private OutboxStore store;

    public TableScanTests() => store = new OutboxStore(folder.File("outbox.db"), key);

    private TableStateStore States => new(store);

    public void Dispose()
    {
        store.Dispose();
        key.Dispose();
        folder.Dispose();
    }

    [Fact]
    [Trait("claim", "E10")]
    public async Task InsertsUpdatesAndDeletesAreSent_AndNothingElse()
    {
        await SyncAsync("id,name,amount\n1,a,1.50\n2,b,2\n3,c,3\n");
        var sent = await SyncAsync("id,name,amount\n1,a,1.50\n3,c,3.25\n4,d,4\n");

        // Changed: 3 and 4. Gone: 2.
        Assert.Equal((SyncMode.Upsert, 3), sent);
        Assert.Equal(["1 a 1.5", "3 c 3.25", "4 d 4"], server.Lines);
        Assert.Equal((SyncMode.Upsert, 0), await SyncAsync("id,name,amount\n4,d,4\n3,c,3.25\n1,a,1.50\n"));
    }

    [Fact]
    public async Task AnyHistoryOfAFileArrives()
    {
        // Each step is a whole new content: keys 0 to 19 with one of three names and an amount, or absent. A first file without rows would have no types.
        var row = Gen.Select(Gen.Int[0, 2], Gen.Int[-9999, 9999]);
        var steps = Gen.Dictionary(Gen.Int[0, 19], row)[1, 20].Array[1, 8];
        await steps.SampleAsync(
            async history =>
            {
                using var alone = new TableScanTests();
                foreach (var content in history)
                {
                    var text = new StringBuilder("id,name,amount\n");
                    foreach (var (id, (name, paise)) in content)
                    {
                        text.Append(CultureInfo.InvariantCulture, $"{id:000},{"ab\u00e9"[name]},{paise / 100m:0.00}\n");
                    }

                    await alone.SyncAsync(text.ToString());
                    Assert.Equal(
                        content.Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Key:000} {"ab\u00e9"[each.Value.Item1]} {Plain(each.Value.Item2 / 100m)}")).Order(StringComparer.Ordinal),
                        alone.server.Lines.Order(StringComparer.Ordinal));
                }
            },
            iter: 15, seed: "0000N8QZjK20", threads: 1);

        static string Plain(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task ATableWithoutAKeyIsSentWhole_ButOnlyWhenSomethingChanged()
    {
        Assert.Equal((SyncMode.Snapshot, 2), await SyncAsync("name\na\na\n", key: []));
        Assert.Equal((SyncMode.Append, 0), await SyncAsync("name\na\na\n", key: []));
        Assert.Equal((SyncMode.Snapshot, 3), await SyncAsync("name\na\na\nb\n", key: []));
    }

    [Fact]
    public async Task ANewColumnAndAWiderTypeSendTheTableAnew()
    {
        await SyncAsync("id,amount\n1,5\n");
        Assert.Equal((SyncMode.Snapshot, 2), await SyncAsync("id,amount,note\n1,5,x\n2,6,y\n"));
        Assert.Equal((SyncMode.Snapshot, 2), await SyncAsync("id,amount,note\n1,5.5,x\n2,6,y\n"));
        Assert.Equal(SyncType.Decimal, server.Schema!.Columns[1].Type);

        // Whole numbers again: the type stays.
        Assert.Equal((SyncMode.Upsert, 1), await SyncAsync("id,amount,note\n1,7,x\n2,6,y\n"));
        Assert.Equal(SyncType.Decimal, server.Schema!.Columns[1].Type);
    }

    [Fact]
    public async Task ColumnsThatStayAtHomeAreNowhere()
    {
        await SyncAsync("id,pan,name\n1,ABCDE1234F,a\n", without: ["pan"]);

        Assert.Equal(["id", "name"], server.Schema!.Columns.Select(column => column.Name));
        Assert.DoesNotContain("ABCDE1234F", Encoding.UTF8.GetString(BytesOfOutbox()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheFileOfTheOutboxDoesNotTellWhatIsInIt()
    {
        File.WriteAllText(folder.File("t.csv"), "id,name\nKEY-OF-ROW,NAME-OF-PARTY\n");
        var run = await Scan(["id"], []).RunAsync(CancellationToken.None);
        Apply(1, run);

        var pending = Encoding.Latin1.GetString(BytesOfOutbox());
        States.Committed(1, run);
        var committed = Encoding.Latin1.GetString(BytesOfOutbox());

        Assert.All(new[] { pending, committed }, bytes => Assert.DoesNotContain("KEY-OF-ROW", bytes, StringComparison.Ordinal));
        Assert.All(new[] { pending, committed }, bytes => Assert.DoesNotContain("NAME-OF-PARTY", bytes, StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("outbox.db")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("outbox.db-wal")));
    }

    [Theory]
    [InlineData("id,name\n1,a\n1,b\n", "Row 2 of t has the same key (id)")]
    [InlineData("id,name\n1,a\n,b\n", "Row 2 of t has no value in its key column id")]
    [InlineData("name\na\n", "The key column 'id'")]
    [Trait("claim", "E10")]
    public async Task WhatCannotBeSentIsSaid_AndTheLastRunStays(string text, string message)
    {
        await SyncAsync("id,name\n1,a\n");

        var error = await Assert.ThrowsAnyAsync<Exception>(() => SyncAsync(text));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(["1 a"], server.Lines);
        Assert.Null(States.FindRun(1));
        Assert.Equal((SyncMode.Upsert, 1), await SyncAsync("id,name\n1,a\n2,b\n"));
    }

    [Fact]
    public async Task AScanThatWasInterruptedLeavesNothingBehind()
    {
        await SyncAsync("id,name\n1,a\n");
        // Enough rows for several batches, then a broken line at the end.
        var text = new StringBuilder("id,name\n");
        for (var id = 0; id < 3 * SyncLimits.MaxBatchRows; id++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{id},x\n");
        }

        await Assert.ThrowsAsync<SourceException>(() => SyncAsync(text + "one,two,three\n"));

        Assert.Equal(0L, store.Scalar("SELECT (SELECT count(*) FROM pending_row) + (SELECT count(*) FROM pending_batch) + (SELECT count(*) FROM pending_run)"));
        Assert.Equal((SyncMode.Upsert, 0), await SyncAsync("id,name\n1,a\n"));
    }

    [Fact]
    [Trait("claim", "D65")]
    public async Task ARunOnItsWayIsStillThereAfterARestart()
    {
        File.WriteAllText(folder.File("t.csv"), "id,name\n1,a\n2,b\n");
        var run = await Scan(["id"], []).RunAsync(CancellationToken.None);
        store.Dispose();
        store = new OutboxStore(folder.File("outbox.db"), key);

        var again = States.FindRun(1)!;

        Assert.Equal(run.Run, again.Run);
        Assert.Equal(run.BatchHashes, again.BatchHashes);
        Apply(1, again);
        States.Committed(1, again);
        Assert.Equal(["1 a", "2 b"], server.Lines);
        Assert.Equal((SyncMode.Upsert, 0), await SyncAsync("id,name\n1,a\n2,b\n"));
    }

    [Fact]
    public async Task AnotherKeyDoesNotOpenTheOutbox()
    {
        File.WriteAllText(folder.File("t.csv"), "id,name\n1,a\n");
        await Scan(["id"], []).RunAsync(CancellationToken.None);
        store.Dispose();
        using var other = new OutboxKey(Base64Url.EncodeToString([.. Enumerable.Repeat((byte)1, 32)]));
        store = new OutboxStore(folder.File("outbox.db"), other);

        Assert.Equal(AgentProblem.BadConfiguration, Assert.Throws<AgentException>(() => States.ReadBatch(1, 1)).Problem);
    }

    private void Apply(long table, PendingRun run) =>
        server.Apply(run.Run, run.Request, Enumerable.Range(1, run.BatchHashes.Count).Select(number => States.ReadBatch(table, number).Body), run.Totals);

    private TableScan Scan(string[] key, string[] without) =>
        new(store, clock, new TableConfig("t", "t", key, null, without), new FileSource(folder.File("t.csv"), null, null), "books");

    private async Task<(SyncMode Mode, int Came)> SyncAsync(string text, string[]? key = null, string[]? without = null)
    {
        File.WriteAllText(folder.File("t.csv"), text);
        var run = await Scan(key ?? ["id"], without ?? []).RunAsync(CancellationToken.None);
        var table = States.Find("books", "t").Id;
        Apply(table, run);
        States.Committed(table, run);
        return (run.Request.Mode, server.Came);
    }

    private byte[] BytesOfOutbox()
    {
        using var bytes = new MemoryStream();
        foreach (var path in Directory.GetFiles(folder.Path, "outbox.db*"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.CopyTo(bytes);
        }

        return bytes.ToArray();
    }
}

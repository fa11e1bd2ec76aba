using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Benchmarks;

/// <summary>
/// A snapshot of 500,000 rows over HTTP, in turns with a peer that has the same rows in memory and puts them into the same SQLCipher build with one prepared
/// INSERT; the peer then makes the same key, index of words and statistics. After that a reader beside a snapshot of 1,000,000 rows.
/// </summary>
internal static class SyncBenchmark
{
    private const int RowsPerBatch = 10_000;
    private const int SenderCount = 2;
    private const int Turns = 5;
    private const int ReaderRows = 1_000_000;
    private const double TargetRowsPerSecond = 100_000;
    private const double TargetReaderMilliseconds = 50;

    private static readonly SyncSchema Schema = new(
        "ledger",
        [
            new("id", SyncType.Integer), new("day", SyncType.Date), new("party", SyncType.Text), new("account", SyncType.Integer), new("amount", SyncType.Decimal),
            new("quantity", SyncType.Integer), new("kind", SyncType.Text), new("narration", SyncType.Text),
        ],
        ["id"]);

    /// <summary>What the peer does after its INSERTs; the words are those of the server's index (TableStore).</summary>
    private static readonly string[] PeersCommit =
    [
        "CREATE UNIQUE INDEX ledger_id ON ledger (id)",
        """
        CREATE VIRTUAL TABLE ledger_fts USING fts5(party, kind, narration, content=ledger, tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'")
        """,
        "INSERT INTO ledger_fts (ledger_fts) VALUES ('rebuild')",
        "PRAGMA analysis_limit = 400",
        "ANALYZE ledger",
    ];

    public static async Task RunAsync(Report report)
    {
        await using var server = await RunningServer.StartAsync();
        var (batches, totals) = Batches(LedgerTable.Rows);
        var rows = PeersRows();
        await OursAsync(server, batches, totals);
        Peers(server.Workspaces, rows);
        var (ours, peers) = (new List<Cost>(), new List<Cost>());
        for (var turn = 0; turn < Turns; turn++)
        {
            ours.Add(await OursAsync(server, batches, totals));
            peers.Add(Peers(server.Workspaces, rows));
        }

        double Rate(List<Cost> costs, Func<Cost, TimeSpan> part) => LedgerTable.Rows / Loop.Median(costs.Select(cost => part(cost).TotalSeconds));
        double Micros(List<Cost> costs, Func<Cost, TimeSpan> part) => Loop.Median(costs.Select(cost => part(cost).TotalMicroseconds / LedgerTable.Rows));
        report.Row("snapshot of 500,000 rows taken over HTTP, against one prepared INSERT", "≥ 0.5×", Rate(ours, cost => cost.Taken), Rate(peers, cost => cost.Taken), "rows/s");
        report.Row("snapshot of 500,000 rows taken over HTTP", "≥ 100,000 rows/s", Rate(ours, cost => cost.Taken), TargetRowsPerSecond, "rows/s");
        double Megabytes(List<Cost> costs, Func<Cost, TimeSpan> part) => Rate(costs, part) * batches.Sum(batch => (double)batch.Bytes.Length) / LedgerTable.Rows / 1e6;
        report.Row("the same as bytes before they are compressed", "—", Megabytes(ours, cost => cost.Taken), Megabytes(peers, cost => cost.Taken), "MB/s");
        report.Row("the same with commit, key and full-text index, against the same in one process", "≥ 0.5×", Rate(ours, cost => cost.Whole), Rate(peers, cost => cost.Whole), "rows/s");
        report.Row("processor time of one row taken, the sender's included, against one prepared INSERT", "—", Micros(ours, cost => cost.ProcessorTaken), Micros(peers, cost => cost.ProcessorTaken), "µs");
        report.Row("processor time of one row with commit, key and full-text index, against the same in one process", "—", Micros(ours, cost => cost.ProcessorWhole), Micros(peers, cost => cost.ProcessorWhole), "µs");
        await ReportReaderAsync(report, server);
    }

    private static async Task ReportReaderAsync(Report report, RunningServer server)
    {
        var (batches, totals) = Batches(ReaderRows);
        var workspace = server.Workspaces.Create("Reader");
        await server.Workspaces.LoadAsync(workspace, new TableSchema("small", [new("id", ColumnType.Integer)], "id"), [[1], [2]], CancellationToken.None);
        using var agent = await TestAgent.PairedAsync(server, workspace);
        var sender = new SyncSender(agent);
        var run = sender.NewRun();
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Schema, "bench")));
        var taking = await BesideReaderAsync(server, workspace, () => TakeAsync(sender, run, batches));
        var committing = await BesideReaderAsync(server, workspace, async () => await SyncSender.OkAsync(await sender.CommitAsync(run, SyncSender.Commit(batches, totals))));
        report.Row("reader's p99 while a snapshot of 1,000,000 rows is taken", "≤ 50 ms", Loop.Percentile(taking, 0.99), TargetReaderMilliseconds, "ms");
        report.Row("reader's p99 while it is committed", "≤ 50 ms", Loop.Percentile(committing, 0.99), TargetReaderMilliseconds, "ms");
        report.Row("reader's longest wait meanwhile", "—", Math.Max(taking[^1], committing[^1]), TargetReaderMilliseconds, "ms");
    }

    private static async Task<Cost> OursAsync(RunningServer server, IReadOnlyList<Batch> batches, ControlTotals totals)
    {
        using var agent = await TestAgent.PairedAsync(server, server.Workspaces.Create("Ours"));
        var sender = new SyncSender(agent);
        var run = sender.NewRun();
        GC.Collect();
        var meter = new Meter();
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Schema, "bench")));
        await TakeAsync(sender, run, batches);
        var taken = meter.Now;
        await SyncSender.OkAsync(await sender.CommitAsync(run, SyncSender.Commit(batches, totals)));
        return Cost.Of(taken, meter.Now);
    }

    private static Task TakeAsync(SyncSender sender, string run, IReadOnlyList<Batch> batches) => Parallel.ForEachAsync(
        Enumerable.Range(0, batches.Count), new ParallelOptions { MaxDegreeOfParallelism = SenderCount }, async (at, _) => await SyncSender.OkAsync(await sender.PutAsync(run, at + 1, batches[at])));

    /// <summary>The rows as SQLite takes them, in one transaction.</summary>
    private static Cost Peers(TemporaryWorkspaces server, SqlValue[][] rows)
    {
        var workspace = server.Create("Peer");
        using var key = KeyDerivation.ForWorkspace(server.Master, workspace, server.Store.Find(workspace)!.KeySalt);
        using var connection = EncryptedDatabase.Open(server.Folder.DatabaseOf(workspace), key, DatabaseAccess.ReadWrite);
        Execute(connection, "CREATE TABLE ledger (id INTEGER, day TEXT, party TEXT, account INTEGER, amount REAL, quantity INTEGER, kind TEXT, narration TEXT) STRICT");
        GC.Collect();
        var meter = new Meter();
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            using (var insert = new BulkInsert(connection, "INSERT INTO ledger VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"))
            {
                foreach (var row in rows)
                {
                    insert.Add(row);
                }
            }

            transaction.Commit();
        }

        var taken = meter.Now;
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            foreach (var sql in PeersCommit)
            {
                Execute(connection, sql);
            }

            transaction.Commit();
        }

        return Cost.Of(taken, meter.Now);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static (IReadOnlyList<Batch> Batches, ControlTotals Totals) Batches(int rows)
    {
        var counter = new TotalsCounter(Schema);
        var batches = new List<Batch>();
        foreach (var part in Enumerable.Range(0, rows).Chunk(RowsPerBatch))
        {
            var writer = new BatchWriter(Schema);
            foreach (var i in part)
            {
                var cells = Cells(i);
                writer.TryPut(cells);
                counter.Add(cells);
            }

            batches.Add(writer.Finish());
        }

        return (batches, counter.Totals);
    }

    private static Cell[] Cells(int i) =>
    [
        .. LedgerTable.Row(i).Select(cell => cell switch
        {
            decimal amount => Cell.TryDecimal(amount, out var exact) ? exact : Cell.Null,
            string text => Cell.Of(text),
            _ => Cell.Of(Convert.ToInt64(cell, CultureInfo.InvariantCulture)),
        }),
    ];

    private static SqlValue[][] PeersRows() =>
    [
        .. Enumerable.Range(0, LedgerTable.Rows).Select(i => LedgerTable.Row(i).Select(cell => cell switch
        {
            decimal amount => (SqlValue)(double)amount,
            string text => (SqlValue)text,
            _ => (SqlValue)Convert.ToInt64(cell, CultureInfo.InvariantCulture),
        }).ToArray()),
    ];

    /// <summary>One question after the other while the work goes on: their times in milliseconds, sorted.</summary>
    private static async Task<double[]> BesideReaderAsync(RunningServer server, WorkspaceId workspace, Func<Task> work)
    {
        var times = new List<double>();
        var working = Task.Run(work);
        while (!working.IsCompleted)
        {
            times.Add(await Loop.TimeAsync(() => server.Workspaces.AskAsync(workspace, "SELECT count(*) FROM small", CancellationToken.None)));
        }

        await working;
        return [.. times.Order()];
    }

    /// <summary>Time and processor time of this process since it was made.</summary>
    private sealed class Meter
    {
        private readonly long started = Stopwatch.GetTimestamp();
        private readonly TimeSpan processor = Environment.CpuUsage.TotalTime;

        public (TimeSpan Wall, TimeSpan Processor) Now => (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - processor);
    }

    private sealed record Cost(TimeSpan Taken, TimeSpan Whole, TimeSpan ProcessorTaken, TimeSpan ProcessorWhole)
    {
        public static Cost Of((TimeSpan Wall, TimeSpan Processor) taken, (TimeSpan Wall, TimeSpan Processor) whole) => new(taken.Wall, whole.Wall, taken.Processor, whole.Processor);
    }
}

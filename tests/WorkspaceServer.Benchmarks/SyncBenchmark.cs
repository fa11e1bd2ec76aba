using System.Diagnostics;
using System.Globalization;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Benchmarks;

/// <summary>A snapshot of 500,000 rows over HTTP, against the same rows through one prepared INSERT on the same SQLCipher build, and a reader beside it.</summary>
internal static class SyncBenchmark
{
    private const int RowsPerBatch = 10_000;
    private const double TargetRowsPerSecond = 100_000;
    private const double TargetReaderMilliseconds = 50;

    private static readonly SyncSchema Schema = new(
        "ledger",
        [
            new("id", SyncType.Integer), new("day", SyncType.Date), new("party", SyncType.Text), new("account", SyncType.Integer), new("amount", SyncType.Decimal),
            new("quantity", SyncType.Integer), new("kind", SyncType.Text), new("narration", SyncType.Text),
        ],
        ["id"]);

    public static async Task RunAsync(Report report)
    {
        await using var server = await RunningServer.StartAsync();
        using var agent = await TestAgent.PairedAsync(server);
        var sender = new SyncSender(agent);
        var (batches, totals) = Batches();
        var ceiling = Ceiling(server.Workspaces);
        await server.Workspaces.LoadAsync(server.Workspace, new TableSchema("small", [new("id", ColumnType.Integer)], "id"), [[1], [2]], CancellationToken.None);

        using var done = new CancellationTokenSource();
        var reader = Task.Run(() => ReadAsync(server, done.Token));
        var run = sender.NewRun();
        var started = Stopwatch.GetTimestamp();
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Schema, "bench")));
        await Parallel.ForEachAsync(Enumerable.Range(0, batches.Count), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (at, _) => await SyncSender.OkAsync(await sender.PutAsync(run, at + 1, batches[at])));
        var uploaded = Stopwatch.GetElapsedTime(started);
        await SyncSender.OkAsync(await sender.CommitAsync(run, SyncSender.Commit(batches, totals)));
        var committed = Stopwatch.GetElapsedTime(started);
        await done.CancelAsync();
        var p99 = await reader;

        report.Row("snapshot of 500,000 rows taken over HTTP, against one prepared INSERT", "≥ 0.5×", LedgerTable.Rows / uploaded.TotalSeconds, ceiling, "rows/s");
        report.Row("snapshot of 500,000 rows taken over HTTP", "≥ 100,000 rows/s", LedgerTable.Rows / uploaded.TotalSeconds, TargetRowsPerSecond, "rows/s");
        report.Row("the same with commit, key and full-text index, against one prepared INSERT without them", "—", LedgerTable.Rows / committed.TotalSeconds, ceiling, "rows/s");
        report.Row("reader's p99 meanwhile", "≤ 50 ms", p99, TargetReaderMilliseconds, "ms");
    }

    private static (IReadOnlyList<Batch> Batches, ControlTotals Totals) Batches()
    {
        var counter = new TotalsCounter(Schema);
        var batches = new List<Batch>();
        foreach (var part in Enumerable.Range(0, LedgerTable.Rows).Chunk(RowsPerBatch))
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

    /// <summary>Rows a second: the rows are in memory as SQLite takes them, and one transaction inserts them.</summary>
    private static double Ceiling(TemporaryWorkspaces server)
    {
        var rows = Enumerable.Range(0, LedgerTable.Rows).Select(i => LedgerTable.Row(i).Select(cell => cell switch
        {
            decimal amount => (SqlValue)(double)amount,
            string text => (SqlValue)text,
            _ => (SqlValue)Convert.ToInt64(cell, CultureInfo.InvariantCulture),
        }).ToArray()).ToArray();
        var workspace = server.Create("Ceiling");
        using var key = KeyDerivation.ForWorkspace(server.Master, workspace, server.Store.Find(workspace)!.KeySalt);
        using var connection = EncryptedDatabase.Open(server.Folder.DatabaseOf(workspace), key, DatabaseAccess.ReadWrite);
        using var create = connection.CreateCommand();
        create.CommandText = "CREATE TABLE ledger (id INTEGER, day TEXT, party TEXT, account INTEGER, amount REAL, quantity INTEGER, kind TEXT, narration TEXT) STRICT";
        create.ExecuteNonQuery();
        var started = Stopwatch.GetTimestamp();
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

        return rows.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>One question after the other; the 99th percentile of their times, in milliseconds.</summary>
    private static async Task<double> ReadAsync(RunningServer server, CancellationToken stop)
    {
        var times = new List<double>();
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            await server.Workspaces.AskAsync(server.Workspace, "SELECT count(*) FROM small", CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        return times[(int)(times.Count * 0.99)];
    }
}

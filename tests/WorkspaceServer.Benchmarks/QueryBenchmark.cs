using System.Diagnostics;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Benchmarks;

/// <summary>A 20-row indexed query through gateway, policy and worker process, against the same query on an open handle in this process, in turns.</summary>
internal static class QueryBenchmark
{
    private const int Rounds = 5;
    private const int DirectQueriesPerRound = 20_000;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(Report report)
    {
        await using var server = new TemporaryWorkspaces();
        var workspace = await LedgerTable.LoadAsync(server);
        var number = 0;
        Task AskAsync(int caller) => server.AskAsync(workspace, LedgerTable.PointQuery(Interlocked.Add(ref number, 7919)), CancellationToken.None);

        using var handle = OpenDirectly(server, workspace);
        await Loop.RunAsync(1, Turn, AskAsync);
        await CompareAsync(report, handle, AskAsync, "point query through the sandbox, 1 caller", "share of sandbox and policy in a point query");
        using (Awake())
        {
            await CompareAsync(report, handle, AskAsync, "the same, processors kept awake", "share of sandbox and policy, processors kept awake");
        }

        var sixteen = await Loop.RunAsync(16, Duration, AskAsync);
        report.Row("point queries through the sandbox, 16 callers, against one driver", "—", sixteen.Length / Duration.TotalSeconds, 1e3 / Loop.Median(AskDirectly(handle)), "per s");
        report.Row("point queries through the sandbox, 16 callers, p99", "≤ 25 ms", Loop.Percentile(sixteen, 0.99), 25, "ms");
        report.Row("cold open and first query of a workspace, median", "≤ 10 ms", Loop.Median(await ColdAsync(server, workspace)), 10, "ms");
    }

    private static async Task CompareAsync(Report report, SqliteConnection handle, Func<int, Task> ask, string query, string share)
    {
        var (walled, direct) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            direct.Add(Loop.Median(AskDirectly(handle)));
            walled.Add(Loop.Median(await Loop.RunAsync(1, Turn, ask)));
        }

        var (ours, driver) = (Loop.Median(walled) * 1000, Loop.Median(direct) * 1000);
        report.Row($"{query}, median, against the driver on an open handle", "—", ours, driver, "µs");
        report.Row(share, "≤ 30 %", 100 * (ours - driver) / ours, 30, "%");
    }

    /// <summary>
    /// Something endless at the lowest priority on each processor. One caller who waits for one worker lets both their processors fall asleep in turn, and
    /// waking one takes a virtual machine longer than the query does; a server at work has no sleeping ones.
    /// </summary>
    private static DisposableProcesses Awake() => new(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Process.Start("nice", ["-n", "19", "sh", "-c", "while :; do :; done"])!));

    /// <summary>Times of first questions to a workspace that is closed, in milliseconds.</summary>
    public static async Task<IReadOnlyList<double>> ColdAsync(TemporaryWorkspaces server, WorkspaceId workspace)
    {
        var times = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            await server.Open.CloseAsync(workspace);
            server.Pool.Forget(workspace);
            times.Add(await Loop.TimeAsync(() => server.AskAsync(workspace, LedgerTable.PointQuery(i), CancellationToken.None)));
        }

        return times;
    }

    private static SqliteConnection OpenDirectly(TemporaryWorkspaces server, WorkspaceId workspace)
    {
        using var key = KeyDerivation.ForWorkspace(server.Master, workspace, server.Store.Find(workspace)!.KeySalt);
        return EncryptedDatabase.Open(server.Folder.DatabaseOf(workspace), key, DatabaseAccess.ReadOnly, cacheKibibytes: 48 * 1024);
    }

    /// <summary>Times of queries with the driver, each compiled anew, in milliseconds.</summary>
    private static List<double> AskDirectly(SqliteConnection connection)
    {
        var times = new List<double>();
        for (var i = 0; i < DirectQueriesPerRound; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var command = connection.CreateCommand();
            command.CommandText = LedgerTable.PointQuery(i * 7919);
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                rows.GetValues(new object[rows.FieldCount]);
            }

            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times;
    }

    private sealed class DisposableProcesses(IEnumerable<Process> processes) : IDisposable
    {
        private readonly Process[] started = [.. processes];

        public void Dispose()
        {
            foreach (var process in started)
            {
                process.Kill(entireProcessTree: true);
                process.Dispose();
            }
        }
    }
}

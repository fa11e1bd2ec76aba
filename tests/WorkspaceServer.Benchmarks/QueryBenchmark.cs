using System.Diagnostics;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Benchmarks;

/// <summary>A 20-row indexed query through gateway, policy and worker process, against the same query on an open handle in this process.</summary>
internal static class QueryBenchmark
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(Report report)
    {
        await using var server = new TemporaryWorkspaces();
        var workspace = await LedgerTable.LoadAsync(server);
        var number = 0;
        Task AskAsync(int caller) => server.AskAsync(workspace, LedgerTable.PointQuery(Interlocked.Add(ref number, 7919)), CancellationToken.None);

        var direct = Direct(server, workspace);
        await Report.LoopAsync(2, TimeSpan.FromSeconds(1), AskAsync);
        var one = await Report.LoopAsync(1, Duration, AskAsync);
        var sixteen = await Report.LoopAsync(16, Duration, AskAsync);
        report.Row("point query through the sandbox, 1 caller, median", "", Report.Percentile(one, 0.5) * 1000, direct * 1000, "µs");
        report.Row("point queries through the sandbox, 16 callers", "", sixteen.Length / Duration.TotalSeconds, 1000 / direct, "per s");
        report.Row("point queries through the sandbox, 16 callers, p99", "≤ 25 ms", Report.Percentile(sixteen, 0.99), 25, "ms");
        await ColdAsync(server, workspace, report);
    }

    /// <summary>Median time of one query with the driver on one handle, statement compiled each time, in milliseconds.</summary>
    private static double Direct(TemporaryWorkspaces server, WorkspaceId workspace)
    {
        using var key = KeyDerivation.ForWorkspace(server.Master, workspace, server.Store.Find(workspace)!.KeySalt);
        using var connection = EncryptedDatabase.Open(server.Folder.DatabaseOf(workspace), key, DatabaseAccess.ReadOnly, cacheKibibytes: 64 * 1024);
        var times = new List<double>();
        for (var i = 0; i < 20_000; i++)
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

        times.Sort();
        return times[times.Count / 2];
    }

    private static async Task ColdAsync(TemporaryWorkspaces server, WorkspaceId workspace, Report report)
    {
        var times = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            await server.Open.CloseAsync(workspace);
            server.Pool.Forget(workspace);
            var started = Stopwatch.GetTimestamp();
            await server.AskAsync(workspace, LedgerTable.PointQuery(i), CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        report.Row("cold open and first query of a workspace, median", "≤ 10 ms", times[times.Count / 2], 10, "ms");
    }
}

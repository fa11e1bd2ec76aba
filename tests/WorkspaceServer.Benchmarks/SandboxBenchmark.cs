using System.Diagnostics;
using System.Globalization;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Benchmarks;

/// <summary>What ends a statement, how fast, and what the workers cost: the kill path, the respawn, the memory.</summary>
internal static class SandboxBenchmark
{
    private const int Repeats = 10;
    private const int BombsAtOnce = 6;
    private const double MaxMebibytes = 128;
    private const double KibibytesPerMebibyte = 1024;
    private const string Ping = "SELECT 1";
    private const string Endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    private const string Hoard = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x, printf('%0900d', x) AS t FROM n ORDER BY t DESC";
    private const string InOneFunction = "SELECT instr(printf('%01000000d', 0), printf('%0400000d', 1))";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(Report report)
    {
        await using var server = new TemporaryWorkspaces();
        var fresh = Workers().Max(worker => worker.Now);
        var workspace = await LedgerTable.LoadAsync(server);
        await server.AskAsync(workspace, Ping, CancellationToken.None);
        var idle = Workers().Max(worker => worker.Now);
        report.Row("memory of a worker: just started", "—", fresh / KibibytesPerMebibyte, MaxMebibytes, "MiB");
        report.Row("memory of a worker: one workspace open", "—", idle / KibibytesPerMebibyte, MaxMebibytes, "MiB");
        report.Row("endless statement ended, latest of 5", "≤ 2,500 ms", await LatestAsync(server, workspace, Endless), Deadline.TotalMilliseconds, "ms");
        report.Row("statement that hangs inside one function killed, latest of 5", "≤ 2,500 ms", await LatestAsync(server, workspace, InOneFunction), Deadline.TotalMilliseconds, "ms");
        report.Row("first answer after all workers were killed, median of 10", "—", await RespawnAsync(server, workspace), Deadline.TotalMilliseconds, "ms");
        var number = 0;
        await Loop.RunAsync(2, WarmUp, _ => server.AskAsync(workspace, LedgerTable.PointQuery(Interlocked.Add(ref number, 7919)), CancellationToken.None));
        report.Row("memory of a worker: after six seconds of indexed questions, over idle", "≤ 128 MiB", (Workers().Max(worker => worker.Now) - idle) / KibibytesPerMebibyte, MaxMebibytes, "MiB");
        await MemoryAsync(report, server, workspace, 1, idle);
        await MemoryAsync(report, server, workspace, BombsAtOnce, idle);
    }

    private static async Task MemoryAsync(Report report, TemporaryWorkspaces server, WorkspaceId workspace, int bombs, long idle)
    {
        var (largest, sum) = (0L, 0L);
        var before = Workers().Sum(worker => worker.Now);
        var running = Task.WhenAll(Enumerable.Range(0, bombs).Select(_ => OutcomeAsync(server, workspace, Hoard)));
        while (!running.IsCompleted)
        {
            var workers = Workers();
            largest = Math.Max(largest, workers.Max(worker => worker.Peak));
            sum = Math.Max(sum, workers.Sum(worker => worker.Now));
            await Task.WhenAny(running, Task.Delay(SampleEvery));
        }

        report.Row($"memory bombs at once: {bombs}; largest worker over idle", "≤ 128 MiB", (largest - idle) / KibibytesPerMebibyte, MaxMebibytes, "MiB");
        report.Row($"memory bombs at once: {bombs}; all workers over before", "≤ 128 MiB", (sum - before) / KibibytesPerMebibyte, MaxMebibytes, "MiB");
    }

    private static async Task<double> LatestAsync(TemporaryWorkspaces server, WorkspaceId workspace, string sql)
    {
        var latest = TimeSpan.Zero;
        for (var i = 0; i < Repeats / 2; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await OutcomeAsync(server, workspace, sql);
            var elapsed = Stopwatch.GetElapsedTime(started);
            latest = elapsed > latest ? elapsed : latest;
        }

        return latest.TotalMilliseconds;
    }

    private static async Task<double> RespawnAsync(TemporaryWorkspaces server, WorkspaceId workspace)
    {
        var times = new List<double>();
        for (var i = 0; i < Repeats; i++)
        {
            foreach (var (id, _, _) in Workers())
            {
                using var worker = Process.GetProcessById(id);
                worker.Kill();
                await worker.WaitForExitAsync();
            }

            var started = Stopwatch.GetTimestamp();
            while (await OutcomeAsync(server, workspace, Ping) is not null)
            {
                // Each failed attempt finds one dead worker.
            }

            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times.Order().ElementAt(Repeats / 2);
    }

    private static async Task<ProblemCode?> OutcomeAsync(TemporaryWorkspaces server, WorkspaceId workspace, string sql)
    {
        try
        {
            await server.QueryAsync(workspace, new QueryMessage(sql, ReadAccess.Everything, 1, 1000, Deadline), CancellationToken.None);
            return null;
        }
        catch (ProblemException problem)
        {
            return problem.Code;
        }
    }

    /// <summary>Process id, and peak and present resident memory in KiB, of each of our workers: proc_pid_status(5).</summary>
    private static List<(int Id, long Peak, long Now)> Workers()
    {
        var workers = new List<(int, long, long)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                var lines = File.ReadAllLines(Path.Combine(folder, "status"));
                if (lines[0] == "Name:\tworkspace-sandb" && Number(lines, "PPid:") == Environment.ProcessId)
                {
                    workers.Add((int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), Number(lines, "VmHWM:"), Number(lines, "VmRSS:")));
                }
            }
            catch (IOException)
            {
                // It ended in between.
            }
        }

        return workers;
    }

    private static long Number(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1] is { } number
            ? long.Parse(number, CultureInfo.InvariantCulture)
            : 0;
}

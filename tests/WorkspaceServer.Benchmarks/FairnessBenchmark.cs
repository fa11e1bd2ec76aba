using System.Diagnostics;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Benchmarks;

/// <summary>What one workspace's long line, and its many statements just short of heavy, cost another one; and how soon a runaway is demoted.</summary>
internal static class FairnessBenchmark
{
    private const int InLine = 60;
    private const int Repeats = 20;
    private const double Slice = 20;
    private const string Ping = "SELECT 1";
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(Report report)
    {
        await using var server = new TemporaryWorkspaces();
        var (greedy, modest) = (server.Create("Greedy"), server.Create("Modest"));
        await server.AskAsync(modest, Ping, CancellationToken.None);
        report.Row("endless statement demoted after, median of 20", "≤ 40 ms", await DemotionAsync(server, greedy), Slice, "ms");

        // Each takes about 1 ms, so that the line is some 30 ms long on two workers; the other waits for those that run, not for the line.
        var alone = await MedianAsync(server, modest, () => []);
        var behind = await MedianAsync(server, modest, () => [.. Enumerable.Range(0, InLine).Select(_ => OutcomeAsync(server, greedy, Counting(10_000)))]);
        report.Row($"answer behind {InLine} waiting questions of another workspace, median of 20", "—", behind, alone, "ms");

        // About 15 ms each: no one of them is heavy.
        using var stop = new CancellationTokenSource();
        var loops = Enumerable.Range(0, 2).Select(_ => LoopAsync(server, greedy, stop.Token)).ToArray();
        var beside = await Loop.RunAsync(2, Duration, _ => server.AskAsync(modest, Ping, CancellationToken.None));
        await stop.CancelAsync();
        var answered = (await Task.WhenAll(loops)).Sum();
        var quiet = await Loop.RunAsync(2, Duration, _ => server.AskAsync(modest, Ping, CancellationToken.None));
        report.Row("neighbour's p99 beside two loops of 15 ms statements", "≤ 2×", Loop.Percentile(beside, 0.99), Loop.Percentile(quiet, 0.99), "ms");
        report.Row("15 ms statements answered a second, of what two workers could", "—", answered / Duration.TotalSeconds, 2 * 1000 / 15.0, "1/s");
    }

    private static string Counting(int rows) => FormattableString.Invariant($"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT {rows}) SELECT count(*) FROM n");

    private static async Task<double> DemotionAsync(TemporaryWorkspaces server, WorkspaceId workspace)
    {
        var times = new List<double>();
        for (var i = 0; i < Repeats; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var running = server.Gateway.QueryAsync(workspace, new QueryMessage(Counting(2_000_000), ReadAccess.Everything, 1, 1000, TimeSpan.FromSeconds(5)), CancellationToken.None);
            while (server.Pool.Status.Heavy == 0 && !running.IsCompleted)
            {
                await Task.Yield();
            }

            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await Task.WhenAny(running);
        }

        return Loop.Median(times);
    }

    /// <summary>Of the time until one question is answered while others, of another workspace, stand in line.</summary>
    private static async Task<double> MedianAsync(TemporaryWorkspaces server, WorkspaceId modest, Func<Task<bool>[]> standInLine)
    {
        var times = new List<double>();
        for (var i = 0; i < Repeats; i++)
        {
            var line = standInLine();
            times.Add(await Loop.TimeAsync(() => server.AskAsync(modest, Ping, CancellationToken.None)));
            await Task.WhenAll(line);
        }

        return Loop.Median(times);
    }

    private static async Task<int> LoopAsync(TemporaryWorkspaces server, WorkspaceId workspace, CancellationToken stop)
    {
        var answered = 0;
        while (!stop.IsCancellationRequested)
        {
            answered += await OutcomeAsync(server, workspace, Counting(150_000)) ? 1 : 0;
        }

        return answered;
    }

    private static async Task<bool> OutcomeAsync(TemporaryWorkspaces server, WorkspaceId workspace, string sql)
    {
        try
        {
            await server.AskAsync(workspace, sql, CancellationToken.None);
            return true;
        }
        catch (ProblemException)
        {
            return false;
        }
    }
}

using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Benchmarks;

/// <summary>What two readers of one workspace notice while statements run away in another.</summary>
internal static class NeighbourBenchmark
{
    private const string Endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    private const int Rounds = 5;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(Report report)
    {
        await using var server = new TemporaryWorkspaces();
        var neighbour = await LedgerTable.LoadAsync(server);
        var other = server.Create("Other");
        var number = 0;
        Task AskAsync(int caller) => server.AskAsync(neighbour, LedgerTable.PointQuery(Interlocked.Add(ref number, 7919)), CancellationToken.None);

        await Loop.RunAsync(2, Turn, AskAsync);
        foreach (var runaways in (int[])[1, 2, 6])
        {
            var (alone, beside) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                alone.Add(Loop.Percentile(await Loop.RunAsync(2, Turn, AskAsync), 0.99));
                using var stop = new CancellationTokenSource();
                var running = Enumerable.Range(0, runaways).Select(_ => RunAwayAsync(server, other, stop.Token)).ToArray();
                beside.Add(Loop.Percentile(await Loop.RunAsync(2, Turn, AskAsync), 0.99));
                await stop.CancelAsync();
                await Task.WhenAll(running);
            }

            report.Row($"neighbour's p99 beside {runaways} runaways, against alone, in turns", "≤ 2×", Loop.Median(beside), Loop.Median(alone), "ms");
        }
    }

    private static async Task RunAwayAsync(TemporaryWorkspaces server, WorkspaceId workspace, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await server.QueryAsync(workspace, new QueryMessage(Endless, ReadAccess.Everything, 1, 1000, TimeSpan.FromSeconds(2)), CancellationToken.None);
            }
            catch (ProblemException problem) when (problem.Code == ProblemCodes.DeadlineExceeded || problem.Code == ProblemCodes.Busy)
            {
                // That is how they end; the next one starts at once.
            }
        }
    }
}

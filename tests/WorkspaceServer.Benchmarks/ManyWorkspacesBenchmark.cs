using System.Diagnostics;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Benchmarks;

/// <summary>The same figures with 10 and with 10,000 workspaces on disk, in turns: cost must follow those in use, not those that exist.</summary>
internal static class ManyWorkspacesBenchmark
{
    private const int Few = 10;
    private const int Many = 10_000;
    private const int Rounds = 3;

    /// <summary>Most of the time of making one is waiting for the disk.</summary>
    private const int MakersAtOnce = 16;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(45);

    public static async Task RunAsync(Report report)
    {
        await using var few = await Fill.WithAsync(Few);
        await using var many = await Fill.WithAsync(Many);
        report.Row("making 10,000 workspaces, 16 at once, against 10", "—", many.CreationsPerSecond, few.CreationsPerSecond, "per s");
        report.Row("import of 500,000 rows, 10,000 workspaces against 10", "≤ 1.1×", many.ImportSeconds, few.ImportSeconds, "s");

        Fill[] both = [few, many];
        foreach (var each in both)
        {
            await Loop.RunAsync(1, Turn, _ => each.AskAsync());
        }

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var each in both)
            {
                each.Starts.Add(await StartBenchmark.OnceAsync(each.Workspaces));
                each.Queries.AddRange(await Loop.RunAsync(1, Turn, _ => each.AskAsync()));
                each.Colds.AddRange(await QueryBenchmark.ColdAsync(each.Workspaces, each.Ledger));
            }
        }

        void Row(string measure, Func<Fill, IEnumerable<double>> figures, string unit) =>
            report.Row($"{measure}, 10,000 workspaces against 10", "≤ 1.1×", Loop.Median(figures(many)), Loop.Median(figures(few)), unit);
        Row("ready after start", each => each.Starts.Select(start => start.ReadyAfter.TotalMilliseconds), "ms");
        Row("memory of the idle server", each => each.Starts.Select(start => start.Megabytes), "MB");
        Row("point query, median", each => each.Queries.Select(time => time * 1000), "µs");
        Row("cold open and first query, median", each => each.Colds, "ms");
        await CompareCallsAsync(report, few, many);
    }

    private static async Task CompareCallsAsync(Report report, Fill few, Fill many)
    {
        using var fewFolder = new TemporaryFolder();
        using var manyFolder = new TemporaryFolder();
        await using var fewServer = await Servers.StartOursAsync(few.Workspaces, fewFolder);
        await using var manyServer = await Servers.StartOursAsync(many.Workspaces, manyFolder);
        (Fill Fill, MeasuredProcess Server, string Tokens)[] both =
        [
            (few, fewServer, Servers.WriteTokens(few.Workspaces, few.Ledger, fewFolder)),
            (many, manyServer, Servers.WriteTokens(many.Workspaces, many.Ledger, manyFolder)),
        ];
        foreach (var (_, server, tokens) in both)
        {
            await Wrk.RunAsync(server, WarmUp, tokens);
        }

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (fill, server, tokens) in both)
            {
                fill.Calls.Add((await Wrk.RunAsync(server, Turn, tokens)).ProcessorMicroseconds);
            }
        }

        report.Row("processor time of one call over MCP, 10,000 workspaces against 10", "≤ 1.1×", Loop.Median(many.Calls), Loop.Median(few.Calls), "µs");
    }

    /// <summary>A data folder with so many workspaces, one of them with the ledger, and what was measured on it.</summary>
    private sealed class Fill : IAsyncDisposable
    {
        private int number;

        public TemporaryWorkspaces Workspaces { get; } = new();

        public WorkspaceId Ledger { get; private set; }

        public double CreationsPerSecond { get; private set; }

        public double ImportSeconds { get; private set; }

        public List<StartBenchmark.Start> Starts { get; } = [];

        public List<double> Queries { get; } = [];

        public List<double> Colds { get; } = [];

        public List<double> Calls { get; } = [];

        public static async Task<Fill> WithAsync(int count)
        {
            var fill = new Fill();
            var started = Stopwatch.GetTimestamp();
            Parallel.For(1, count, new ParallelOptions { MaxDegreeOfParallelism = MakersAtOnce }, i => fill.Workspaces.Create($"Workspace {i}"));
            fill.CreationsPerSecond = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
            started = Stopwatch.GetTimestamp();
            fill.Ledger = await LedgerTable.LoadAsync(fill.Workspaces);
            fill.ImportSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            return fill;
        }

        public Task AskAsync() => Workspaces.AskAsync(Ledger, LedgerTable.PointQuery(number += 7919), CancellationToken.None);

        public ValueTask DisposeAsync() => Workspaces.DisposeAsync();
    }
}

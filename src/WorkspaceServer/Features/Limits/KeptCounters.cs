using WorkspaceServer.Hosting.Limits;

namespace WorkspaceServer.Features.Limits;

/// <summary>Carries the counters of the classes that are kept over a restart, so that a crash gives nobody new tries.</summary>
/// <remarks>They are written together every so often rather than at each try, for a flood of tries must not become a flood of writes.</remarks>
internal sealed partial class KeptCounters(RateLimits limits, KeptCountStore store, TimeProvider clock, ILogger<KeptCounters> log) : BackgroundService
{
    /// <summary>What a crash may forget: the tries of this time.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Class, UInt128 Key), StoredCount> unwritten = [];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var classes = limits.Counters.Where(counters => counters.Class.IsKept).ToDictionary(counters => counters.Class.Name);
        foreach (var count in store.Read(clock.GetUtcNow()).Where(count => classes.ContainsKey(count.Class)))
        {
            classes[count.Class].Restore(count);
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Write();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            TryWrite();
        }
    }

    private void TryWrite()
    {
        try
        {
            Write();
        }
#pragma warning disable CA1031 // Nothing is lost: what was not written is written with the next ones.
        catch (Exception error)
#pragma warning restore CA1031
        {
            NotWritten(log, error, unwritten.Count);
        }
    }

    private void Write()
    {
        foreach (var count in limits.Counters.Where(counters => counters.Class.IsKept).SelectMany(counters => counters.TakeChanges()))
        {
            unwritten[(count.Class, count.Key)] = count;
        }

        if (unwritten.Count > 0)
        {
            store.Write(unwritten.Values, clock.GetUtcNow());
            unwritten.Clear();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{count} counters of requests could not be stored yet; a restart now would forget them.")]
    private static partial void NotWritten(ILogger logger, Exception error, int count);
}

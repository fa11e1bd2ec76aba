using System.Diagnostics;

namespace WorkspaceServer.Benchmarks;

/// <summary>Closed loops in this process, and what is read from their times.</summary>
internal static class Loop
{
    /// <summary>Runs <paramref name="callers"/> loops for a while and gives each call's time in milliseconds, sorted.</summary>
    public static async Task<double[]> RunAsync(int callers, TimeSpan duration, Func<int, Task> call)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var own = new List<double>();
            while (Stopwatch.GetTimestamp() < end)
            {
                own.Add(await TimeAsync(() => call(caller)));
            }

            return own;
        })));
        return [.. times.SelectMany(own => own).Order()];
    }

    /// <summary>How long one call takes, in milliseconds.</summary>
    public static async Task<double> TimeAsync(Func<Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    public static double Percentile(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];

    public static double Median(IEnumerable<double> values) => Percentile([.. values.Order()], 0.5);
}

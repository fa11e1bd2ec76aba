using System.Diagnostics;
using System.Globalization;

namespace WorkspaceServer.Benchmarks;

/// <summary>Prints figures as rows: measure | target | ours | peer or limit | ratio | command.</summary>
internal sealed class Report(string command)
{
    private static bool hasHeader;

    public void Row(string measure, string target, double ours, double peer, string unit)
    {
        if (!hasHeader)
        {
            hasHeader = true;
            Console.WriteLine("| measure | target | ours | peer or limit | ratio | command |");
            Console.WriteLine("|---|---|---|---|---|---|");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {measure} | {target} | {ours:#,0.##} {unit} | {peer:#,0.##} {unit} | {ours / peer:0.00} | `{command}` |"));
    }

    /// <summary>Runs <paramref name="callers"/> closed loops for a while and gives each call's time in milliseconds, sorted.</summary>
    public static async Task<double[]> LoopAsync(int callers, TimeSpan duration, Func<int, Task> call)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var own = new List<double>();
            while (Stopwatch.GetTimestamp() < end)
            {
                var started = Stopwatch.GetTimestamp();
                await call(caller);
                own.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return own;
        })));
        return [.. times.SelectMany(own => own).Order()];
    }

    public static double Percentile(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];
}

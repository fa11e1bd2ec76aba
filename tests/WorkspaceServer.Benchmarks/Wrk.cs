using System.Diagnostics;
using System.Globalization;

namespace WorkspaceServer.Benchmarks;

/// <summary>One run of the load generator wrk, a process of its own, with 16 connections.</summary>
/// <param name="Processor">Seconds of processor time that the server spent meanwhile.</param>
internal sealed record Wrk(long Requests, TimeSpan Duration, TimeSpan P99, double Processor)
{
    public const int Connections = 16;

    public double PerSecond => Requests / Duration.TotalSeconds;

    public double ProcessorMicroseconds => Processor * 1e6 / Requests;

    /// <param name="tokens">A file of bearer tokens, or empty.</param>
    public static async Task<Wrk> RunAsync(MeasuredProcess server, TimeSpan duration, string tokens = "")
    {
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["BENCH_TOKENS"] = tokens;
        foreach (var argument in (string[])["-t1", $"-c{Connections}", "--timeout", "10s", $"-d{duration.TotalSeconds}s", "-s", Path.Combine(AppContext.BaseDirectory, "call.lua"), server.Url.ToString()])
        {
            start.ArgumentList.Add(argument);
        }

        var processor = server.ProcessorSeconds;
        using var wrk = Process.Start(start)!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        processor = server.ProcessorSeconds - processor;
        var line = output.Split('\n').LastOrDefault(line => line.StartsWith("result ", StringComparison.Ordinal)) ?? throw new InvalidOperationException(output);
        var fields = line.Split(' ', 7);
        var numbers = fields[1..6].Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return numbers[4] == 0
            ? new Wrk(numbers[0], TimeSpan.FromMicroseconds(numbers[1]), TimeSpan.FromMicroseconds(numbers[3]), processor)
            : throw new InvalidOperationException($"{numbers[4]} of {numbers[0]} answers were wrong, such as: {fields[6]}");
    }
}

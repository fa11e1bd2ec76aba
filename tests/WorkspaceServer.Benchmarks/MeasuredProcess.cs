using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WorkspaceServer.Benchmarks;

/// <summary>A server that is measured from outside: its start, its memory, its processor time, its workers' among them.</summary>
internal sealed class MeasuredProcess : IAsyncDisposable
{
    private const double KibibytesPerMebibyte = 1024;

    /// <summary>USER_HZ, the unit of times in /proc (proc_pid_stat(5)), is 100 on Linux.</summary>
    private const double TicksPerSecond = 100;

    private static readonly TimeSpan MaxStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(2);
    private static readonly HttpClient Http = new();

    private readonly Process process;

    private MeasuredProcess(Process process, Uri url)
    {
        this.process = process;
        Url = url;
    }

    public Uri Url { get; }

    /// <summary>From the start of the process to the first good answer.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>User and system time of the process and of those that it started, in seconds.</summary>
    public double ProcessorSeconds => Family().Sum(id => Ticks(Stat(id))) / TicksPerSecond;

    /// <summary>Resident memory of the process, in MiB.</summary>
    public double Mebibytes => Resident(process.Id);

    /// <summary>Resident memory of the processes that it started, in MiB; pages that they share count once for each.</summary>
    public double ChildrenMebibytes => Family().Skip(1).Sum(Resident);

    /// <param name="readyPath">Answers 2xx, or 4xx to a GET where the server has no such probe, once it serves.</param>
    /// <param name="output">Where its standard output goes: a file, as a service's would.</param>
    public static async Task<MeasuredProcess> StartAsync(string program, Func<Uri, string[]> arguments, string readyPath, string output)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.Environment["NODE_ENV"] = "production";
        foreach (var argument in (string[])["-c", "exec \"$0\" \"$@\" >>\"$BENCH_OUTPUT\" 2>&1", program, .. arguments(url)])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["BENCH_OUTPUT"] = output;
        var started = Stopwatch.GetTimestamp();
        var server = new MeasuredProcess(Process.Start(start)!, url);
        while (!await server.AnswersAsync(new Uri(url, readyPath)))
        {
            if (server.process.HasExited || Stopwatch.GetElapsedTime(started) > MaxStart)
            {
                throw new InvalidOperationException($"{program} did not start: {await File.ReadAllTextAsync(output)}");
            }

            await Task.Delay(BetweenTries);
        }

        server.ReadyAfter = Stopwatch.GetElapsedTime(started);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<bool> AnswersAsync(Uri probe)
    {
        try
        {
            using var response = await Http.GetAsync(probe);
            return (int)response.StatusCode < 500;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private List<int> Family() =>
    [
        process.Id,
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => Stat(id) is { Length: > 1 } stat && stat[1] == process.Id.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>The fields of /proc/ID/stat from the third one on, for the second may hold blanks; empty if the process has ended.</summary>
    private static string[] Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Fields 14 and 15, utime and stime, of one process.</summary>
    private static double Ticks(string[] stat) =>
        stat.Length > 12 ? double.Parse(stat[11], CultureInfo.InvariantCulture) + double.Parse(stat[12], CultureInfo.InvariantCulture) : 0;

    private static double Resident(int id) => File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., var kibibytes, _] ? double.Parse(kibibytes, CultureInfo.InvariantCulture) / KibibytesPerMebibyte : 0;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

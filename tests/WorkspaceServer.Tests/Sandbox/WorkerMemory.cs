using System.Globalization;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>Samples the resident memory of this process's sandbox workers; the kernel keeps each one's peak: proc_pid_status(5), VmHWM.</summary>
internal sealed class WorkerMemory : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private readonly Lock gate = new();
    private readonly HashSet<int> strangers = [];
    private readonly Timer timer;

    public WorkerMemory() => timer = new Timer(_ => Sample(), null, Interval, Interval);

    /// <summary>Largest peak of one worker, in KiB.</summary>
    public long PeakKibibytes { get; private set; }

    /// <summary>Largest sum over all workers at one time, in KiB.</summary>
    public long PeakSumKibibytes { get; private set; }

    /// <summary>Looks once more and forgets what was before.</summary>
    public void Restart()
    {
        lock (gate)
        {
            (PeakKibibytes, PeakSumKibibytes) = (0, 0);
        }

        Sample();
    }

    public void Dispose() => timer.Dispose();

    private void Sample()
    {
        lock (gate)
        {
            long sum = 0;
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), out var process) && !strangers.Contains(process) && Status(process) is var (peak, now))
                {
                    PeakKibibytes = Math.Max(PeakKibibytes, peak);
                    sum += now;
                }
            }

            PeakSumKibibytes = Math.Max(PeakSumKibibytes, sum);
        }
    }

    private (long Peak, long Now)? Status(int process)
    {
        try
        {
            var lines = File.ReadAllLines($"/proc/{process}/status");
            if (lines[0] != "Name:\tworkspace-sandb" || Number(lines, "PPid:") != Environment.ProcessId)
            {
                // A worker has this process's name between fork and exec.
                if (Number(lines, "PPid:") != Environment.ProcessId)
                {
                    strangers.Add(process);
                }

                return null;
            }

            return (Number(lines, "VmHWM:"), Number(lines, "VmRSS:"));
        }
        catch (IOException)
        {
            // It ended in between.
            return null;
        }
    }

    private static long Number(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1] is { } number
            ? long.Parse(number, CultureInfo.InvariantCulture)
            : 0;
}

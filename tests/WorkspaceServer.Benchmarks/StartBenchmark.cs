using WorkspaceServer.Testing;

namespace WorkspaceServer.Benchmarks;

/// <summary>How soon the published server answers after it is started, and what it holds while nobody asks.</summary>
internal static class StartBenchmark
{
    private const int Repeats = 5;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(Report report)
    {
        await using var workspaces = new TemporaryWorkspaces();
        await LedgerTable.LoadAsync(workspaces);
        var starts = new List<Start>();
        for (var i = 0; i < Repeats; i++)
        {
            starts.Add(await OnceAsync(workspaces));
        }

        report.Row("ready after start, median of 5", "≤ 1 s", Loop.Median(starts.Select(start => start.ReadyAfter.TotalSeconds)), 1, "s");
        report.Row("memory of the idle server, without its workers", "≤ 150 MB", Loop.Median(starts.Select(start => start.Megabytes)), 150, "MB");
        report.Row("memory of its idle workers, shared pages counted for each", "—", Loop.Median(starts.Select(start => start.WorkersMegabytes)), 150, "MB");
    }

    /// <summary>Starts the server once and looks at it after a while.</summary>
    public static async Task<Start> OnceAsync(TemporaryWorkspaces workspaces)
    {
        const double megabytesPerMebibyte = 1.048576;
        using var folder = new TemporaryFolder();
        await using var server = await Servers.StartOursAsync(workspaces, folder);
        await Task.Delay(Idle);
        return new Start(server.ReadyAfter, server.Mebibytes * megabytesPerMebibyte, server.ChildrenMebibytes * megabytesPerMebibyte);
    }

    internal readonly record struct Start(TimeSpan ReadyAfter, double Megabytes, double WorkersMegabytes);
}

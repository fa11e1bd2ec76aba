using System.Diagnostics;
using System.Globalization;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Benchmarks;

/// <summary>What recording costs: 16 callers that each wait until their row is durable, the size of a row, and how fast the log is verified.</summary>
internal static class AuditBenchmark
{
    private const int Callers = 16;
    private const int VerifiedRows = 100_000;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Report report)
    {
        await using var workspaces = new TemporaryWorkspaces();
        await Loop.RunAsync(Callers, TimeSpan.FromSeconds(1), _ => workspaces.Audit.RecordAsync(Entry()));
        using var self = Process.GetCurrentProcess();
        var (processor, started) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
        var times = await Loop.RunAsync(Callers, Duration, _ => workspaces.Audit.RecordAsync(Entry()));
        self.Refresh();
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        report.Row("durable audit row, 16 callers, amortised", "≤ 1 ms", elapsed / times.Length, 1, "ms");
        report.Row("the same, processor time for each row", "", (self.TotalProcessorTime - processor).TotalMilliseconds / times.Length, 1, "ms");
        report.Row("the same, until a caller goes on, p99", "", Loop.Percentile(times, 0.99), 25, "ms");

        while (workspaces.AuditRows.Count() < VerifiedRows)
        {
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => workspaces.Audit.RecordAsync(Entry())));
        }

        workspaces.AuditAnchor.Raise();
        started = Stopwatch.GetTimestamp();
        var verdict = new AuditVerifier(workspaces.Control, workspaces.AuditRows, workspaces.AuditChain, workspaces.AuditAnchor).Verify(null, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (verdict.Findings.Count > 0)
        {
            throw new InvalidOperationException(verdict.Findings[0]);
        }

        report.Row(string.Create(CultureInfo.InvariantCulture, $"audit verify, {verdict.Rows:N0} rows"), "", verdict.Rows / seconds, 100_000, "rows per s");
        report.Row("control database for each row", "", new FileInfo(workspaces.Folder.ControlDatabase).Length / (double)verdict.Rows, 1024, "bytes");
    }

    private static AuditEntry Entry() => new(AuditActions.McpToolCalled)
    {
        Actor = new AuditActor("token", "0193b3a2c4d57e8f9a0b1c2d3e4f5061", "bench"),
        Target = ("tool", "execute_sql"),
        Details =
        [
            ("client", "bench/1.0"), ("rows", 20), ("bytes", 4321), ("ms", 1.25), ("statements", 1), ("touched", new[] { "ledger.id", "ledger.day", "ledger.party", "ledger.amount" }),
            ("sql", "SELECT id, day, party, amount, narration FROM ledger WHERE id BETWEEN ? AND ?"),
        ],
    };
}

using System.Diagnostics;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Benchmarks;

/// <summary>CSV import end to end: two passes over the file, encrypted pages, unique index, full text.</summary>
internal static class ImportBenchmark
{
    private const double TargetRowsPerSecond = 100_000;

    public static async Task RunAsync(Report report)
    {
        await using var server = new TemporaryWorkspaces();
        using var folder = new TemporaryFolder();
        var (workspace, file) = (server.Create(), LedgerTable.WriteCsv(folder.Path));
        var started = Stopwatch.GetTimestamp();
        await CsvImport.RunAsync(server.Gateway, workspace, file, new CsvImportOptions(KeyColumn: "id"), null, CancellationToken.None);
        report.Row("CSV import, 500,000 rows of 8 columns", "≥ 100,000 rows/s", LedgerTable.Rows / Stopwatch.GetElapsedTime(started).TotalSeconds, TargetRowsPerSecond, "rows/s");
    }
}

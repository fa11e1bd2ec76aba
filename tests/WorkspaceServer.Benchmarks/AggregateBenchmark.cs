using System.Diagnostics;
using System.Globalization;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Benchmarks;

/// <summary>An aggregate over a million rows through the sandbox, against a C program on the same library, file, key and cache size, in turns.</summary>
internal static class AggregateBenchmark
{
    private const int Rows = 1_000_000;
    private const int RowsPerBatch = 50_000;
    private const int Repeats = 5;
    private const string Sql = "SELECT count(*), sum(amount), avg(quantity), max(id) FROM sales";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly TableSchema Sales = new("sales", [new("id", ColumnType.Integer), new("amount", ColumnType.Decimal), new("quantity", ColumnType.Integer)]);

    public static async Task RunAsync(Report report)
    {
        using var folder = new TemporaryFolder();
        await using var server = new TemporaryWorkspaces();
        var workspace = server.Create("Sales");
        await LoadAsync(server, workspace);
        var program = await CompileAsync(folder);
        var (ours, cold, warm) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < Repeats; i++)
        {
            ours.Add(await Loop.TimeAsync(() => AskAsync(server, workspace)));
            var times = await RunCAsync(program, server, workspace);
            cold.Add(times[0]);
            warm.Add(times[1]);
        }

        report.Row("aggregate over 1,000,000 rows, against C that opens the file and asks", "≤ 1.3×", Loop.Median(ours), Loop.Median(cold), "ms");
        report.Row("aggregate over 1,000,000 rows, against C that has all pages in its cache", "≤ 1.3×", Loop.Median(ours), Loop.Median(warm), "ms");
    }

    private static Task AskAsync(TemporaryWorkspaces server, WorkspaceId workspace) =>
        server.Gateway.QueryAsync(workspace, new QueryMessage(Sql, ReadAccess.Everything, 1, 1000, Deadline), CancellationToken.None);

    private static async Task LoadAsync(TemporaryWorkspaces server, WorkspaceId workspace)
    {
        var load = await server.Gateway.BeginLoadAsync(workspace, Sales, CancellationToken.None);
        for (var start = 0; start < Rows; start += RowsPerBatch)
        {
            var rows = Enumerable.Range(start, RowsPerBatch).Select(i => new SqlValue[] { i, i % 1000 / 4.0, i % 50 }).ToArray();
            await server.Gateway.AppendAsync(workspace, load, rows, CancellationToken.None);
        }

        await server.Gateway.CommitLoadAsync(workspace, load, CancellationToken.None);
    }

    private static async Task<string> CompileAsync(TemporaryFolder folder)
    {
        var program = folder.File("aggregate");
        using var compiler = Process.Start(
            "gcc", ["-O2", "-o", program, Path.Combine(AppContext.BaseDirectory, "aggregate.c"), "-L" + AppContext.BaseDirectory, "-l:libe_sqlite3.so", "-Wl,-rpath," + AppContext.BaseDirectory]);
        await compiler.WaitForExitAsync();
        return compiler.ExitCode == 0 ? program : throw new InvalidOperationException("gcc failed.");
    }

    /// <returns>Milliseconds with opening the file, and then without.</returns>
    private static async Task<double[]> RunCAsync(string program, TemporaryWorkspaces server, WorkspaceId workspace)
    {
        using var key = KeyDerivation.ForWorkspace(server.Master, workspace, server.Store.Find(workspace)!.KeySalt);
        using var process = Process.Start(new ProcessStartInfo(program, [server.Folder.DatabaseOf(workspace), Sql])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await process.StandardInput.WriteLineAsync($"x'{Convert.ToHexStringLower(key.Span)}'");
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: 2 } lines
            ? [.. lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException("The C program failed.");
    }
}

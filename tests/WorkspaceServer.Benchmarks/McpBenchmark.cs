using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Benchmarks;

/// <summary>The same query over HTTP and MCP with a token, 8 connections (as many calls as one token may run); client and server share the machine.</summary>
internal static class McpBenchmark
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Report report)
    {
        await using var server = await RunningServer.StartAsync();
        var workspace = await LedgerTable.LoadAsync(server.Workspaces);
        var token = server.Tokens.Create(workspace, "bench").Text;
        var number = 0;
        async Task CallAsync(int caller)
        {
            var sql = LedgerTable.PointQuery(Interlocked.Add(ref number, 7919));
            var body = JsonSerializer.Serialize(new { jsonrpc = "2.0", id = 1, method = "tools/call", @params = new { name = "execute_sql", arguments = new { sql } } });
            using var request = new HttpRequestMessage(HttpMethod.Post, server.Mcp) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            request.Headers.Accept.ParseAdd("application/json, text/event-stream");
            using var response = await server.Http.SendAsync(request);
            var answer = await response.Content.ReadAsStringAsync();
            if (!answer.Contains("\"row_count\":20", StringComparison.Ordinal))
            {
                throw new InvalidOperationException(answer);
            }
        }

        await Report.LoopAsync(8, TimeSpan.FromSeconds(2), CallAsync);
        var times = await Report.LoopAsync(8, Duration, CallAsync);
        report.Row("execute_sql over MCP, 8 connections", "≥ 2,500 per s", times.Length / Duration.TotalSeconds, 2500, "per s");
        report.Row("execute_sql over MCP, 8 connections, p99", "≤ 25 ms", Report.Percentile(times, 0.99), 25, "ms");
        using var self = Process.GetCurrentProcess();
        report.Row("memory of server and client together after load", "", self.WorkingSet64 / 1048576.0, 250, "MiB");
    }
}

using System.Text;
using System.Text.Json;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Benchmarks;

/// <summary>
/// A 20-row indexed query through MCP on 500,000 rows, 16 connections: the published server with every wall on, the bare host and
/// DBHub, in turns, each asked by wrk. What one request costs in processor time says more than rates do on a busy machine.
/// </summary>
internal static class McpBenchmark
{
    private const int Rounds = 5;

    /// <summary>As long as the runtime goes on compiling what it sees to be used most; each server gets the same.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(Report report)
    {
        using var folder = new TemporaryFolder();
        await using var workspaces = new TemporaryWorkspaces();
        var tokens = Servers.WriteTokens(workspaces, await LedgerTable.LoadAsync(workspaces), folder);
        var plain = Servers.WritePlainFile(folder);
        await using var ours = await Servers.StartOursAsync(workspaces, folder);
        await using var bare = await Servers.StartBareHostAsync(plain, folder);
        await using var dbHub = await Servers.StartDbHubAsync(plain, folder);
        (MeasuredProcess Server, string Tokens)[] servers = [(ours, tokens), (bare, ""), (dbHub, "")];
        foreach (var (server, file) in servers)
        {
            await CheckAnswerAsync(server, file);
            await Wrk.RunAsync(server, WarmUp, file);
        }

        var runs = servers.Select(_ => new List<Wrk>()).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < servers.Length; i++)
            {
                runs[i].Add(await Wrk.RunAsync(servers[i].Server, Turn, servers[i].Tokens));
            }
        }

        double Of(int server, Func<Wrk, double> figure) => Loop.Median(runs[server].Select(figure));
        report.Row("execute_sql over MCP, 16 connections, against DBHub", "≥ 10×", Of(0, run => run.PerSecond), Of(2, run => run.PerSecond), "per s");
        report.Row("execute_sql over MCP, 16 connections, against the bare host", "≥ 0.6×", Of(0, run => run.PerSecond), Of(1, run => run.PerSecond), "per s");
        report.Row("execute_sql over MCP, 16 connections", "≥ 2,500 per s", Of(0, run => run.PerSecond), 2500, "per s");
        report.Row("execute_sql over MCP, 16 connections, p99, median of 5 runs", "≤ 25 ms", Of(0, run => run.P99.TotalMilliseconds), 25, "ms");
        report.Row("processor time of one call, workers included, against DBHub", "—", Of(0, run => run.ProcessorMicroseconds), Of(2, run => run.ProcessorMicroseconds), "µs");
        report.Row("processor time of one call, workers included, against the bare host", "—", Of(0, run => run.ProcessorMicroseconds), Of(1, run => run.ProcessorMicroseconds), "µs");
        report.Row("memory of the server after load, without its workers", "—", ours.Mebibytes, bare.Mebibytes, "MiB");
    }

    /// <summary>Asks for 20 known rows and looks for each of them in the answer.</summary>
    private static async Task CheckAnswerAsync(MeasuredProcess server, string tokens)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Url, "/mcp"))
        {
            Content = new StringContent(McpCalls.Call("execute_sql", $$"""{"sql":{{JsonSerializer.Serialize(LedgerTable.PointQuery(12_345))}}}"""), Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in McpCalls.Accept)
        {
            request.Headers.Add(name, value);
        }

        if (tokens.Length > 0)
        {
            request.Headers.Add("Authorization", "Bearer " + File.ReadLines(tokens).First());
        }

        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        if (Enumerable.Range(12_345, 20).FirstOrDefault(row => !answer.Contains((string)LedgerTable.Row(row)[7], StringComparison.Ordinal)) is > 0 and var missing)
        {
            throw new InvalidOperationException($"Row {missing} is missing in: {answer}");
        }
    }
}

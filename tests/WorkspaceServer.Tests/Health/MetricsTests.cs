using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Health;

/// <summary>GET /metrics: readable, true, for the machine itself alone, and no longer for whatever callers make up.</summary>
public sealed partial class MetricsTests : IAsyncLifetime
{
    private RunningServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await RunningServer.StartAsync(new ServerOptions { PublicUrl = "https://ws.example.in" });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    [Trait("claim", "B31")]
    public async Task ValuesFollowWhatHappens()
    {
        var before = await ScrapeAsync();
        await SmallBooks.LoadAsync(server.Workspaces, server.Workspace, Cancel);
        using (await server.SendAsync(HttpMethod.Get, "/healthz", null))
        using (await server.SendAsync(HttpMethod.Post, "/mcp", "wsp_mcp_wrong"))
        {
        }

        server.Get<AgentContacts>().Heard("no agent of ours", server.Workspace);
        await server.Logs.WaitForAsync(line => line.Contains("\"/mcp\"", StringComparison.Ordinal), Cancel);
        var after = await ScrapeAsync();

        Assert.Equal(1, Moved("workspace_http_requests_total{route=\"/healthz\",method=\"GET\",status=\"200\"}"));
        Assert.Equal(1, Moved("workspace_http_requests_total{route=\"/mcp\",method=\"POST\",status=\"401\"}"));
        Assert.Equal(1, Moved("workspace_http_request_seconds_count{route=\"/healthz\"}"));
        Assert.Equal(1, Moved("workspace_http_request_seconds_bucket{route=\"/healthz\",le=\"+Inf\"}"));
        Assert.Equal(1, Moved("workspace_databases_open"));
        Assert.Equal(server.Workspaces.Pool.Status.Workers, after["workspace_sandbox_workers"]);
        Assert.InRange(after["workspace_disk_free_bytes"], 1, after["workspace_disk_size_bytes"]);
        // Nobody but paired agents is counted.
        Assert.Equal(0, after["workspace_agents{heard=\"hour\"}"]);
        Assert.Equal(0, after["workspace_backup_on"]);
        Assert.True(after["process_open_handles"] > 0);

        double Moved(string series) => after[series] - before.GetValueOrDefault(series);
    }

    [Fact]
    [Trait("claim", "B31")]
    public async Task WhatCallersMakeUpMakesNoSeries()
    {
        await ScrapeAsync();
        var before = (await ScrapeAsync()).Keys.ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < 30; i++)
        {
            using var path = await server.SendAsync(HttpMethod.Get, $"/made-up-{i}?q={i}", null);
            using var method = await server.SendAsync(new HttpMethod($"MADE{i}"), "/healthz", null);
            using var workspace = await server.SendAsync(HttpMethod.Get, $"/workspaces/made-up-{i}/tables", null);
        }

        var added = (await ScrapeAsync()).Keys.Except(before, StringComparer.Ordinal).ToArray();

        Assert.DoesNotContain(added, series => series.Contains("made-up", StringComparison.Ordinal) || series.Contains("MADE", StringComparison.Ordinal));
        Assert.True(added.Count(series => !series.Contains("_bucket", StringComparison.Ordinal)) <= 12, string.Join('\n', added));
    }

    [Theory]
    [Trait("claim", "B31")]
    [InlineData("X-Forwarded-For", "203.0.113.5")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-For", "not an address")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Via", "1.1 somewhere")]
    [InlineData("CF-Connecting-IP", "127.0.0.1")]
    [InlineData("Host", "ws.example.in")]
    public async Task ThroughAProxyThereIsNothing(string header, string value)
    {
        using var answer = await server.SendAsync(HttpMethod.Get, "/metrics", server.Token(), null, (header, value));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.DoesNotContain("workspace_http", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B31")]
    public async Task FromAnotherAddressThereIsNothing()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces().SelectMany(each => each.GetIPProperties().UnicastAddresses)
            .Select(each => each.Address).FirstOrDefault(each => each.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(each));
        Assert.SkipWhen(address is null, "this machine has no address but its own");
        await using var open = await RunningServer.StartAsync(new ServerOptions { Url = "http://0.0.0.0:0", AllowNonLoopback = true });

        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{address}:{open.Url.Port}/metrics");
        request.Headers.Host = "localhost";
        using var answer = await open.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    /// <summary>Reads the text format of Prometheus, version 0.0.4, and refuses what it does not allow.</summary>
    internal static Dictionary<string, double> Parse(string text)
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        var typed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
            {
                var comment = Comment().Match(line);
                Assert.True(comment.Success, line);
                if (comment.Groups["kind"].Value == "TYPE")
                {
                    Assert.True(typed.Add(comment.Groups["name"].Value), $"typed twice: {line}");
                }

                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            Assert.Contains(Suffix().Replace(sample.Groups["name"].Value, ""), typed.Select(name => Suffix().Replace(name, "")));
            Assert.True(values.TryAdd(sample.Groups["series"].Value, double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)), $"twice: {line}");
        }

        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return values;
    }

    private async Task<Dictionary<string, double>> ScrapeAsync()
    {
        using var answer = await server.SendAsync(HttpMethod.Get, "/metrics", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        return Parse(await answer.Content.ReadAsStringAsync(Cancel));
    }

    [GeneratedRegex("^# (?<kind>HELP|TYPE) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) .+$")]
    private static partial Regex Comment();

    [GeneratedRegex("""^(?<series>(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*")*\})?) (?<value>[-+0-9.eE]+|NaN|[+-]Inf)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count|total)$")]
    private static partial Regex Suffix();
}

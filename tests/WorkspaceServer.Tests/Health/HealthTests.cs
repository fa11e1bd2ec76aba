using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkspaceServer.Commands;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task ALiveServerSaysSoToAnybody()
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal((HttpStatusCode.OK, """{"status":"ok","checks":{}}"""), await GetAsync(server, "/healthz"));
        Assert.Equal((HttpStatusCode.OK, """{"status":"ok","checks":{"control_database":"ok","disk":"ok","sandbox":"ok"}}"""), await GetAsync(server, "/readyz"));
    }

    [Fact]
    public async Task AServerThatLacksSomethingIsLiveButNotReady()
    {
        var change = new WebServerChange((services, _) => services.AddHealthChecks().AddCheck("moon", () => HealthCheckResult.Unhealthy("secret detail")));
        await using var server = await RunningServer.StartAsync(change: change);

        var (status, body) = await GetAsync(server, "/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("failing", JsonDocument.Parse(body).RootElement.GetProperty("checks").GetProperty("moon").GetString());
        Assert.DoesNotContain("secret detail", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server, "/healthz")).Status);
    }

    [Fact]
    public async Task ReadyMeansThatTheControlDatabaseIsRead()
    {
        await using var server = await RunningServer.StartAsync();
        await server.Workspaces.Audit.DisposeAsync();
        server.Workspaces.Control.Dispose();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(server, "/readyz")).Status);
    }

    [Fact]
    public async Task AFullDiskOrNoWorkerMeansNotReady()
    {
        var change = new WebServerChange((services, _) => services.AddSingleton<IDiskProbe>(new FullDisk()));
        await using var server = await RunningServer.StartAsync(change: change);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"failing","checks":{"control_database":"ok","disk":"failing","sandbox":"ok"}}"""), await GetAsync(server, "/readyz"));

        server.Workspaces.Pool.Dispose();
        Assert.Contains("\"sandbox\":\"failing\"", (await GetAsync(server, "/readyz")).Body, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(RunningServer server, string path)
    {
        using var response = await server.SendAsync(HttpMethod.Get, path, null);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private sealed class FullDisk : IDiskProbe
    {
        public (long Free, long Total) Space(string path) => (4096, 1L << 40);
    }
}

using System.Net;
using Microsoft.AspNetCore.Builder;
using WorkspaceServer.Commands;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Hosting;

public sealed class ShutdownTests
{
    [Fact]
    public async Task ARequestThatRunsIsAnsweredBeforeTheServerStops()
    {
        var started = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var change = new WebServerChange(Map: routes => routes.MapGet("/test/slow", async () =>
        {
            started.SetResult();
            await goOn.Task;
            return "done";
        }).Open());
        await using var server = await RunningServer.StartAsync(change: change);

        var answer = server.SendAsync(HttpMethod.Get, "/test/slow", null);
        await started.Task.WaitAsync(TestContext.Current.CancellationToken);
        var stopped = server.StopAsync();
        Assert.False(stopped.IsCompleted);
        goOn.SetResult();
        using var response = await answer;
        await stopped;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => server.SendAsync(HttpMethod.Get, "/healthz", null));
    }
}

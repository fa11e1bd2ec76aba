using Microsoft.Extensions.Logging.Abstractions;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

public sealed class ToolCallsTests
{
    private const int Limit = 3;
    private readonly ToolCalls calls = new(new McpOptions { MaxCallsPerToken = Limit }, NullLogger<WorkspaceTool>.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ATokenRunsAsManyCallsAsItMay_AndTheNextWaitsForAPlace()
    {
        var running = await Task.WhenAll(Enumerable.Range(0, Limit).Select(_ => calls.BeginAsync(Caller("a"), Cancel)));

        var next = calls.BeginAsync(Caller("a"), Cancel);
        (await calls.BeginAsync(Caller("b"), Cancel)).Dispose();
        Assert.False(next.IsCompleted);

        running[0].Dispose();
        (await next).Dispose();
    }

    [Theory]
    [InlineData(ToolCalls.MaxWaiting, true)]
    [InlineData(ToolCalls.MaxWaiting + 1, false)]
    public async Task OnlySoManyWait(int waiting, bool isTaken)
    {
        using var stop = new CancellationTokenSource();
        var all = Enumerable.Range(0, Limit + waiting).Select(_ => calls.BeginAsync(Caller("a"), stop.Token)).ToArray();

        Assert.Equal(!isTaken, all[^1].IsFaulted);
        Assert.True(isTaken || all[^1].Exception!.InnerException is ProblemException { Code.Code: "busy" });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => Task.WhenAll(all));
    }

    private static Caller Caller(string token) =>
        new(token, token, WorkspaceId.New(DateTimeOffset.UnixEpoch), new HashSet<string>(), ReadAccess.Everything);
}

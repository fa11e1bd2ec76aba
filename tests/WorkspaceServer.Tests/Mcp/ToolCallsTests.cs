using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Mcp.Quotas;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Workspaces;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

public sealed class ToolCallsTests : IAsyncDisposable
{
    private const int Limit = 3;
    private static readonly McpOptions Options = new() { MaxCallsPerToken = Limit };
    private readonly TemporaryWorkspaces workspaces = new();
    private readonly ToolCalls calls;

    public ToolCallsTests() => calls = new ToolCalls(
        Options,
        workspaces.Policy,
        new DailyQuotas(new TokenUsageStore(workspaces.Control), Options, TimeProvider.System, NullLogger<DailyQuotas>.Instance),
        tokens: null!,
        watch: null!,
        workspaces.Audit,
        new SqlText(new AuditOptions()),
        NullLogger<WorkspaceTool>.Instance);

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

    [Fact]
    public async Task OverHttpOneCallTooManyIsRefused_AndOthersAreNotHeldUp()
    {
        var goOn = new TaskCompletionSource();
        var change = new WebServerChange((services, _) => services.AddSingleton<McpServerTool>(provider => new WaitingTool(goOn.Task, provider.GetRequiredService<ToolCalls>())));
        await using var server = await RunningServer.StartAsync(change: change, mcp: new McpOptions { MaxCallsPerToken = 1 });
        await using var first = await McpClients.ConnectAsync(server, server.Token(), Cancel);
        await using var other = await McpClients.ConnectAsync(server, server.Token(), Cancel);

        // One runs until it is told to end, the others wait for its place, one finds no place to wait.
        var calls = Enumerable.Range(0, 1 + ToolCalls.MaxWaiting + 1).Select(_ => first.CallAsync("wait", "{}", Cancel)).ToList();
        var refused = await Task.WhenAny(calls).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        var answered = await other.CallAsync("list_tables", "{}", Cancel);
        goOn.SetResult();

        Assert.StartsWith("busy: ", (await refused).Text(), StringComparison.Ordinal);
        Assert.False(answered.IsError == true);
        Assert.Single(await Task.WhenAll(calls), result => result.IsError == true);
    }

    /// <summary>A call that runs while its access ends: whoever ended it must not see an answer go out afterwards.</summary>
    [Theory]
    [Trait("claim", "C45")]
    [InlineData("revoke")]
    [InlineData("stop the workspace")]
    [InlineData("stop the server")]
    public async Task AnAnswerOnItsWayIsHeldBack_WhenItsAccessEnds(string how)
    {
        var goOn = new TaskCompletionSource();
        var runs = new TaskCompletionSource();
        var change = new WebServerChange((services, _) => services.AddSingleton<McpServerTool>(provider => new WaitingTool(goOn.Task, provider.GetRequiredService<ToolCalls>(), runs)));
        await using var server = await RunningServer.StartAsync(change: change);
        await using var client = await McpClients.ConnectAsync(server, server.Token(), Cancel);
        var call = client.CallAsync("wait", "{}", Cancel);
        await runs.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);

        var stops = server.Get<AiStops>();
        switch (how)
        {
            case "revoke": server.Get<TokenIssuer>().Revoke(server.Get<TokenStore>().List(server.Workspace).Single().Id); break;
            case "stop the workspace": stops.Stop(Principal.Operator, server.Workspace); break;
            default: stops.Stop(Principal.Operator, workspace: null); break;
        }

        goOn.SetResult();
        var answer = await call;

        Assert.True(answer.IsError);
        Assert.StartsWith("forbidden: ", answer.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("done", answer.Text(), StringComparison.Ordinal);
    }

    /// <summary>Nor does a statement work on for an answer that is never handed out: it could for another minute.</summary>
    [Fact]
    [Trait("claim", "C45")]
    public async Task AStatementThatRunsIsEnded_WhenItsAccessEnds()
    {
        await using var server = await RunningServer.StartAsync(query: new QueryOptions { DeadlineMilliseconds = 60_000 });
        await using var client = await McpClients.ConnectAsync(server, server.Token(), Cancel);
        var call = client.CallAsync("execute_sql", $$"""{"sql":"{{SandboxPoolTests.Endless}}"}""", Cancel);
        await SandboxPoolTests.UntilHeavyAsync(server.Workspaces);

        server.Get<TokenIssuer>().Revoke(server.Get<TokenStore>().List(server.Workspace).Single().Id);
        var answer = await call.WaitAsync(TimeSpan.FromSeconds(20), Cancel);

        Assert.StartsWith("forbidden: ", answer.Text(), StringComparison.Ordinal);
        Assert.Equal("forbidden", server.Workspaces.AuditRows.Find(new AuditFilter { Action = AuditActions.McpToolCalled.Name }, 1).Single().Row.Outcome);
        Assert.Equal(0, server.Workspaces.Pool.Status.Heavy);
    }

    /// <summary>The timer's thread has nobody above it: a failure there would end the program.</summary>
    [Fact]
    public async Task AFailedLookAtRunningCallsIsLoggedAndHarmsNobody()
    {
        var log = new FirstLine();
        using var watch = new AccessWatch(tokens: null!, log);
        using var call = watch.Watch(Caller("a"), Cancel);

        Assert.IsType<NullReferenceException>(await log.Error.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        Assert.False(call.HasEnded);
    }

    public ValueTask DisposeAsync() => workspaces.DisposeAsync();

    private sealed class FirstLine : ILogger<AccessWatch>
    {
        public TaskCompletionSource<Exception?> Error { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Error.TrySetResult(exception);
    }

    /// <summary>One of our tools, but it ends when the test says so.</summary>
    private sealed class WaitingTool(Task goOn, ToolCalls calls, TaskCompletionSource? runs = null) : WorkspaceTool([Features.Access.Permissions.TablesRead], [], calls)
    {
        public override Tool ProtocolTool { get; } = Describe("wait", "Wait", "Waits until it is told to go on.", [], """{"type":"object"}""");

        protected override async Task<ToolAnswer> AnswerAsync(ToolCall call, CancellationToken cancel)
        {
            runs?.TrySetResult();
            await goOn.WaitAsync(cancel);
            return new ToolAnswer("{}", "done");
        }
    }

    private static Caller Caller(string token) =>
        new(token, token, WorkspaceId.New(DateTimeOffset.UnixEpoch), new HashSet<string>(), ReadAccess.Everything);
}

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

    [Fact]
    public void ATokenRunsAsManyCallsAsItMay_AndNotOneMore()
    {
        var running = Enumerable.Range(0, Limit).Select(_ => calls.Begin(Caller("a"))).ToList();

        var refusal = Assert.Throws<ProblemException>(() => calls.Begin(Caller("a")));
        Assert.Equal(ProblemCodes.Busy, refusal.Code);
        calls.Begin(Caller("b")).Dispose();

        running[0].Dispose();
        calls.Begin(Caller("a")).Dispose();
    }

    private static Caller Caller(string token) =>
        new(token, token, WorkspaceId.New(DateTimeOffset.UnixEpoch), new HashSet<string>(), ReadAccess.Everything);
}

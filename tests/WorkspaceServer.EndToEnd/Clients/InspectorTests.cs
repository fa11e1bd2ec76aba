using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Clients;

/// <summary>The official Inspector's command line, in both eras, against the real server.</summary>
public sealed class InspectorTests
{
    private static readonly string Launcher = Path.Combine(NodeTools.Packages, "@modelcontextprotocol", "inspector", "clients", "launcher", "build", "index.js");

    [Theory]
    [Trait("claim", "E8")]
    [InlineData("modern")]
    [InlineData("legacy")]
    public async Task TheInspectorFindsNothingWrongWithTheToolsAndGetsAnAnswer(string era)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        await SmallBooks.LoadAsync(server.Workspaces, server.Workspace, cancel);
        string[] common =
        [
            "--cli", "--server-url", server.Mcp.ToString(), "--transport", "http", "--header", $"Authorization: Bearer {server.Token()}",
            "--protocol-era", era, "--format", "json", "-q",
        ];

        var (listed, tools) = await NodeTools.RunAsync(Launcher, [.. common, "--method", "tools/list", "--strict"], cancel);
        var (called, answer) = await NodeTools.RunAsync(
            Launcher, [.. common, "--method", "tools/call", "--tool-name", "execute_sql", "--tool-arg", "sql=SELECT count(*) AS n FROM invoices"], cancel);
        var (failed, _) = await NodeTools.RunAsync(Launcher, [.. common, "--method", "tools/call", "--tool-name", "execute_sql", "--tool-arg", "sql=SELECT 1 FROM nowhere"], cancel);

        // 6 would be a schema that some client cannot use, 5 is a tool's own error.
        Assert.True(listed == 0, tools);
        Assert.Contains("\"execute_sql\"", tools, StringComparison.Ordinal);
        Assert.True(called == 0, answer);
        Assert.Contains("4", answer, StringComparison.Ordinal);
        Assert.Contains("\"n\"", answer, StringComparison.Ordinal);
        Assert.Equal(5, failed);
    }

    [Fact]
    public async Task TheInspectorIsToldToSignIn()
    {
        await using var server = await RunningServer.StartAsync();

        var (exitCode, output) = await NodeTools.RunAsync(
            Launcher, ["--cli", "--server-url", server.Mcp.ToString(), "--transport", "http", "--header", "Authorization: Bearer wrong", "--method", "tools/list", "-q"], TestContext.Current.CancellationToken);

        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("execute_sql", output, StringComparison.Ordinal);
    }
}

using System.Text.Json;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Clients;

/// <summary>The TypeScript clients, which check answers against the tools' output schemas, against the real server.</summary>
public sealed class TypeScriptClientTests
{
    [Theory]
    [Trait("claim", "E8")]
    [InlineData("v2-auto", "2026-07-28")]
    [InlineData("v2-pinned", "2026-07-28")]
    [InlineData("v2-legacy", "2025-11-25")]
    [InlineData("v1", "2025-11-25")]
    public async Task EveryToolAnswersInBothEras(string client, string version)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        await SmallBooks.LoadAsync(server.Workspaces, server.Workspace, cancel);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("token"), server.Token(), cancel);

        var (exitCode, output) = await NodeTools.RunAsync(
            Path.Combine(NodeTools.Repository, "tests", "WorkspaceServer.EndToEnd", "Clients", "ask.mjs"),
            [NodeTools.Packages, client, server.Mcp.ToString(), folder.File("token")],
            cancel);

        Assert.True(exitCode == 0, output);
        var answers = JsonElement.Parse(output.Trim().Split('\n')[^1]);
        Assert.Equal(version, answers.GetProperty("version").GetString());
        Assert.Equal("workspace-server", answers.GetProperty("server").GetString());
        Assert.Equal(6, answers.GetProperty("tools").GetArrayLength());
        Assert.Equal(3, answers.GetProperty("resources").GetArrayLength());
        Assert.Equal(3, answers.GetProperty("prompts").GetArrayLength());
        var calls = answers.GetProperty("calls");
        Assert.All(calls.EnumerateObject(), call => Assert.Equal(call.Name == "mistake", call.Value.GetProperty("error").GetBoolean()));
        Assert.Contains("Did you mean invoices.amount?", calls.GetProperty("mistake").GetProperty("text").GetString(), StringComparison.Ordinal);

        // Two invoices of 1,000.50.
        var row = calls.GetProperty("execute_sql").GetProperty("structured").GetProperty("rows")[0];
        Assert.Equal(SmallBooks.Devanagari, row[0].GetString());
        Assert.Equal(2001, row[1].GetDouble());
        Assert.Contains(SmallBooks.Devanagari, calls.GetProperty("fetch").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains($"ask-{client}", server.Logs.All, StringComparison.Ordinal);
    }
}

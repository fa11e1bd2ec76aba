using ModelContextProtocol.Protocol;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Clients;

/// <summary>The C# client, through every protocol revision that it and the server speak.</summary>
public sealed class CSharpClientTests
{
    [Theory]
    [Trait("claim", "E8")]
    [Trait("claim", "E16")]
    [InlineData("2024-11-05")]
    [InlineData("2025-03-26")]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task AQuestionIsAnsweredInEveryRevision(string version)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        await SmallBooks.LoadAsync(server.Workspaces, server.Workspace, cancel);
        await using var client = await McpClients.ConnectAsync(server, server.Token(), cancel, version);

        Assert.Equal(version, client.NegotiatedProtocolVersion);
        Assert.Equal(6, (await client.ListToolsAsync(new ListToolsRequestParams(), cancel)).Tools.Count);
        Assert.Equal(3, (await client.ListResourcesAsync(new ListResourcesRequestParams(), cancel)).Resources.Count);
        Assert.Equal(3, (await client.ListPromptsAsync(new ListPromptsRequestParams(), cancel)).Prompts.Count);
        var result = await client.CallAsync("execute_sql", """{"sql":"SELECT count(*) FROM invoices"}""", cancel);
        Assert.Contains("[4]", result.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyClientsAtOnceEachGetTheirOwnWorkspacesAnswer()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        await SmallBooks.LoadAsync(server.Workspaces, server.Workspace, cancel);
        var other = server.Workspaces.Create("Other");
        await server.Workspaces.LoadAsync(other, new("only_here", [new("x", Workspaces.ColumnType.Integer)]), [[1]], cancel);
        var tokens = new[] { server.Token(), server.Tokens.Create(other, "other").Text };

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using var client = await McpClients.ConnectAsync(server, tokens[i % 2], cancel);
            return (Other: i % 2 == 1, Text: (await client.CallAsync("list_tables", "{}", cancel)).Text());
        }));

        Assert.All(answers, answer =>
        {
            Assert.Equal(answer.Other, answer.Text.Contains("only_here", StringComparison.Ordinal));
            Assert.Equal(!answer.Other, answer.Text.Contains("invoices", StringComparison.Ordinal));
        });
    }
}

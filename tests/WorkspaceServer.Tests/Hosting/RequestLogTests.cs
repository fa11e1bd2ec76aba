using System.Text;
using System.Text.Json;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Hosting;

/// <summary>One line is enough to start an investigation, and no line holds what it should not.</summary>
public sealed class RequestLogTests : IAsyncLifetime
{
    private const string Canary = "canary-7f3a9";
    private RunningServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await SmallBooks.LoadAsync(server.Workspaces, server.Workspace, Cancel);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    [Trait("claim", "A104")]
    [Trait("claim", "B48")]
    public async Task EveryRequestAndEveryToolCallHasALineWithAllIds()
    {
        var token = server.Tokens.Create(server.Workspace, "t");
        await using var client = await McpClients.ConnectAsync(server, token.Text, Cancel);
        await client.CallAsync("execute_sql", """{"sql":"SELECT p.name, i.amount FROM invoices i JOIN parties p ON p.code = i.party"}""", Cancel);
        using var response = await server.SendAsync(HttpMethod.Post, "/mcp?secret=1", token.Text, new StringContent(McpCalls.ListTools, Encoding.UTF8, "application/json"), McpCalls.Accept);
        var id = response.Headers.GetValues("X-Request-Id").Single();

        var lines = await LinesAsync(line => line.Contains(id, StringComparison.Ordinal));
        var request = lines.Last(line => line.GetProperty("request_id").GetString() == id);
        Assert.Equal("/mcp", request.GetProperty("route").GetString());
        Assert.Equal(200, request.GetProperty("status").GetInt32());
        Assert.True(request.GetProperty("ms").GetDouble() > 0);
        // ISO 8601 in UTC, with milliseconds and finer.
        Assert.All(server.Logs.Lines, line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,7}Z$", JsonElement.Parse(line).GetProperty("@t").GetString()));
        Assert.All(lines, line =>
        {
            Assert.Equal(server.Workspace.ToString(), line.GetProperty("workspace_id").GetString());
            Assert.Equal(token.Record.Id, line.GetProperty("actor_id").GetString());
            Assert.Matches("^[0-9a-f]{32}$", line.GetProperty("request_id").GetString());
            Assert.Equal("/mcp", line.GetProperty("route").GetString());
        });

        var call = Assert.Single(lines, line => line.TryGetProperty("tool", out _));
        Assert.Equal("execute_sql", call.GetProperty("tool").GetString());
        Assert.Equal("ok", call.GetProperty("outcome").GetString());
        Assert.Equal("test-client/9.8.7", call.GetProperty("client").GetString());
        Assert.Equal(["invoices.amount", "invoices.party", "parties.code", "parties.name"], call.GetProperty("touched").GetString()!.Split(' ').Order(StringComparer.Ordinal));
        Assert.Equal(4, call.GetProperty("rows").GetInt32());
        Assert.True(call.GetProperty("bytes").GetInt32() > 100);
        Assert.Matches("^[0-9a-f]{16}$", call.GetProperty("sql_sha256").GetString());
        Assert.Contains(lines, line => line.GetProperty("request_id").GetString() == call.GetProperty("request_id").GetString() && line.TryGetProperty("status", out _));
    }

    [Fact]
    [Trait("claim", "D48")]
    public async Task NoLineHoldsRowsSqlArgumentsTokensOrQueryStrings()
    {
        var token = server.Token();
        await using var client = await McpClients.ConnectAsync(server, token, Cancel);
        await client.CallAsync("execute_sql", $$"""{"sql":"SELECT name, '{{Canary}}' FROM parties"}""", Cancel);
        await client.CallAsync("execute_sql", $$"""{"sql":"SELECT '{{Canary}}' FROM nowhere"}""", Cancel);
        await client.CallAsync("search", $$"""{"query":"{{Canary}}"}""", Cancel);
        await client.CallAsync("fetch", $$"""{"id":"parties/{{Canary}}"}""", Cancel);
        await client.CallAsync("list_tables", $$"""{"{{Canary}}":1}""", Cancel);
        await Assert.ThrowsAnyAsync<ModelContextProtocol.McpException>(() => client.CallAsync(Canary, "{}", Cancel));
        await Assert.ThrowsAnyAsync<ModelContextProtocol.McpException>(async () => await client.ReadResourceAsync("workspace://" + Canary, cancellationToken: Cancel));
        using var path = await server.SendAsync(HttpMethod.Get, $"/{Canary}?q={Canary}", token, null, ("User-Agent", Canary), ("X-Request-Id", Canary));
        using var body = await server.SendAsync(HttpMethod.Post, $"/mcp?q={Canary}", token, new StringContent(Canary, Encoding.UTF8, "application/json"), McpCalls.Accept);
        await LinesAsync(line => line.Contains("\"status\":400", StringComparison.Ordinal));

        Assert.DoesNotContain(Canary, server.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain("Pune", server.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain("SELECT", server.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain(token[8..], server.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain("\"@l\":\"Error\"", server.Logs.All, StringComparison.Ordinal);
    }

    /// <summary>The request's line is written just after the answer is sent: waits for it, then gives all lines of requests.</summary>
    private async Task<IReadOnlyList<JsonElement>> LinesAsync(Func<string, bool> last)
    {
        await server.Logs.WaitForAsync(last, Cancel);
        return [.. server.Logs.Lines.Select(line => JsonElement.Parse(line)).Where(line => line.TryGetProperty("request_id", out _))];
    }
}

using System.Text;
using System.Text.Json;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Audit;

/// <summary>One row for each call over MCP, whatever became of it.</summary>
public sealed class McpRecordingTests : IAsyncLifetime
{
    private RunningServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await SmallBooks.LoadAsync(server.Workspaces, server.Workspace, Cancel);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    [Trait("claim", "A82")]
    [Trait("claim", "A83")]
    [Trait("claim", "A104")]
    [Trait("claim", "C6")]
    [Trait("claim", "C41")]
    [Trait("action", nameof(AuditActions.McpToolCalled))]
    public async Task AQuestionLeavesOneRowWithEverythingButItsValues()
    {
        var token = server.Tokens.Create(server.Workspace, "Asha's client");
        using var response = await CallAsync(token.Text, McpCalls.ModernCall("execute_sql", """{"sql":"SELECT name FROM parties WHERE pan = 'AAAPL1234C' -- CCCPL1234C","max_rows":7}"""), "execute_sql");

        var stored = Assert.Single(Rows(AuditActions.McpToolCalled));
        Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), stored.Row.RequestId);
        Assert.Equal(("token", token.Record.Id, "Asha's client"), (stored.Row.ActorKind, stored.Row.ActorId, stored.ActorName));
        Assert.Equal(("tool", "execute_sql", "ok"), (stored.Row.TargetKind, stored.Row.TargetId, stored.Row.Outcome));
        Assert.Equal((server.Workspace.ToString(), "127.0.0.1", "agent/1.0"), (stored.Row.WorkspaceId, stored.Row.Ip, stored.Row.UserAgent));
        var details = JsonElement.Parse(stored.Row.Details);
        Assert.Equal("by-hand/1.0", details.GetProperty("client").GetString());
        Assert.Equal("SELECT name FROM parties WHERE pan = ?", details.GetProperty("sql").GetString());
        Assert.Equal(["parties.name", "parties.pan"], details.GetProperty("touched").EnumerateArray().Select(each => each.GetString()).Order(StringComparer.Ordinal));
        Assert.Equal((1, 7, 1), (details.GetProperty("rows").GetInt32(), details.GetProperty("max_rows").GetInt32(), details.GetProperty("statements").GetInt32()));
        Assert.True(details.GetProperty("bytes").GetInt32() > 50 && details.GetProperty("ms").GetDouble() > 0);
        Assert.DoesNotContain("PL1234C", stored.Row.Details, StringComparison.Ordinal);
        Assert.DoesNotContain(SmallBooks.Devanagari, stored.Row.Details, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "C41")]
    [InlineData("execute_sql", """{"sql":"SELECT nothing FROM parties"}""", "invalid_sql")]
    [InlineData("execute_sql", """{"sql":"DELETE FROM parties"}""", "not_readable")]
    [InlineData("execute_sql", """{"sql":7}""", "invalid_argument")]
    [InlineData("describe_table", """{"table":"canary"}""", "not_found")]
    [InlineData("search", """{"query":"canary"}""", "ok")]
    [InlineData("fetch", """{"id":"parties/canary"}""", "not_found")]
    [InlineData("list_tables", "{}", "ok")]
    public async Task EveryCallLeavesOneRow_WithItsOutcomeAndWithoutWhatWasAskedFor(string tool, string arguments, string outcome)
    {
        using var response = await CallAsync(server.Token(), McpCalls.ModernCall(tool, arguments), tool);

        var stored = Assert.Single(Rows(AuditActions.McpToolCalled));
        Assert.Equal((tool, outcome), (stored.Row.TargetId, stored.Row.Outcome));
        Assert.DoesNotContain("canary", stored.Row.Details, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "C31")]
    [Trait("claim", "A82")]
    [Trait("action", nameof(AuditActions.McpToolRefused))]
    [InlineData("execute_sql", "insufficient_scope")]
    [InlineData("drop_everything", "unknown_tool")]
    [InlineData("wsp_mcp_0123456789", "unknown_tool")]
    public async Task AToolThatIsNotGrantedLeavesOneRow(string tool, string outcome)
    {
        using var response = await CallAsync(server.Token([Scopes.Search]), McpCalls.ModernCall(tool, """{"sql":"SELECT 1"}"""), tool);

        var stored = Assert.Single(Rows(AuditActions.McpToolRefused));
        Assert.Equal((tool.StartsWith("wsp_", StringComparison.Ordinal) ? "wsp_mcp_(redacted)" : tool, outcome), (stored.Row.TargetId, stored.Row.Outcome));
        Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), stored.Row.RequestId);
        Assert.Empty(Rows(AuditActions.McpToolCalled));
    }

    [Fact]
    [Trait("claim", "A82")]
    [Trait("action", nameof(AuditActions.McpResourceRead))]
    [Trait("action", nameof(AuditActions.McpResourceRefused))]
    public async Task AResourceLeavesOneRow()
    {
        await using var client = await McpClients.ConnectAsync(server, server.Token(), Cancel);
        await client.ReadResourceAsync("workspace://table/parties", cancellationToken: Cancel);
        await Assert.ThrowsAnyAsync<Exception>(async () => await client.ReadResourceAsync("workspace://table/nothing", cancellationToken: Cancel));

        Assert.Equal("workspace://table/parties", Assert.Single(Rows(AuditActions.McpResourceRead)).Row.TargetId);
        Assert.Equal("not_found", Assert.Single(Rows(AuditActions.McpResourceRefused)).Row.Outcome);
    }

    [Fact]
    [Trait("claim", "A82")]
    public async Task WithoutARowThereIsNoAnswer()
    {
        var token = server.Token();
        server.Workspaces.Tamper("UPDATE audit_head SET mac = zeroblob(32)");

        using var response = await CallAsync(token, McpCalls.ModernCall("list_tables", "{}"), "list_tables");

        Assert.DoesNotContain("parties", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> CallAsync(string token, string body, string tool) => server.SendAsync(
        HttpMethod.Post, "/mcp", token, new StringContent(body, Encoding.UTF8, "application/json"), [.. McpCalls.ModernHeaders("tools/call", tool), ("User-Agent", "agent/1.0")]);

    private IReadOnlyList<StoredAuditRow> Rows(AuditAction action) => server.Workspaces.AuditRows.Find(new AuditFilter(Action: action.Name), 100);
}

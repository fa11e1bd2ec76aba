using System.Net;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

/// <summary>What a token without a scope, or with hidden columns, cannot do and is told.</summary>
public sealed class ScopesTests(McpFixture fixture) : IClassFixture<McpFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("claim", "D33")]
    [InlineData("search", new[] { "fetch", "search" })]
    [InlineData("tables:read", new[] { "describe_table", "execute_sql", "fetch", "list_tables", "sync_status" })]
    [InlineData("actions:propose", new string[0])]
    public async Task OnlyGrantedToolsAreListed(string scope, string[] expected)
    {
        await using var client = await McpClients.ConnectAsync(fixture.Server, fixture.Server.Token([scope]), Cancel);
        var list = await client.ListToolsAsync(new ListToolsRequestParams(), Cancel);

        Assert.Equal(expected, list.Tools.Select(tool => tool.Name));
    }

    [Theory]
    [Trait("claim", "D33")]
    [InlineData("search", "list_tables", "{}", true)]
    [InlineData("search", "describe_table", """{"table":"parties"}""", true)]
    [InlineData("search", "execute_sql", """{"sql":"SELECT 1"}""", true)]
    [InlineData("search", "sync_status", "{}", true)]
    [InlineData("search", "search", """{"query":"copper"}""", false)]
    [InlineData("search", "fetch", """{"id":"parties/P1"}""", false)]
    [InlineData("tables:read", "search", """{"query":"copper"}""", true)]
    [InlineData("tables:read", "fetch", """{"id":"parties/P1"}""", false)]
    [InlineData("tables:read", "execute_sql", """{"sql":"SELECT 1"}""", false)]
    public async Task ACallBeyondTheScopeIsChallengedInBothEras(string scope, string tool, string arguments, bool isRefused)
    {
        var token = fixture.Server.Token([scope]);
        using var legacy = await PostAsync(token, McpCalls.Call(tool, arguments), McpCalls.Accept);
        using var modern = await PostAsync(token, McpCalls.ModernCall(tool, arguments), McpCalls.ModernHeaders("tools/call", tool));

        foreach (var response in new[] { legacy, modern })
        {
            Assert.Equal(isRefused ? HttpStatusCode.Forbidden : HttpStatusCode.OK, response.StatusCode);
            if (isRefused)
            {
                // Both scopes: the token that the client asks for next must still do what this one does.
                var challenge = Assert.Single(response.Headers.NonValidated["WWW-Authenticate"]);
                Assert.Contains("error=\"insufficient_scope\"", challenge, StringComparison.Ordinal);
                Assert.Contains("scope=\"tables:read search\"", challenge, StringComparison.Ordinal);
                Assert.Contains("/.well-known/oauth-protected-resource/mcp\"", challenge, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task ResourcesNeedTheScopeOfTables()
    {
        var token = fixture.Server.Token(["search"]);
        await using var client = await McpClients.ConnectAsync(fixture.Server, token, Cancel);
        using var read = await PostAsync(token, """{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"workspace://schema"}}""", McpCalls.Accept);

        Assert.Empty((await client.ListResourcesAsync(new ListResourcesRequestParams(), Cancel)).Resources);
        Assert.Equal(HttpStatusCode.Forbidden, read.StatusCode);
        var completed = await client.CompleteAsync(new ResourceTemplateReference { Uri = "workspace://table/{name}" }, "name", "", cancellationToken: Cancel);
        Assert.Empty(completed.Completion.Values);
    }

    [Fact]
    public async Task HiddenColumnsDoNotExistForTheirCaller()
    {
        await using var client = await McpClients.ConnectAsync(fixture.Server, fixture.Server.Token(hidden: ["parties.pan", "invoices.*"]), Cancel);
        var everything = new StringBuilder();
        foreach (var (tool, arguments) in new[]
        {
            ("list_tables", "{}"), ("sync_status", "{}"), ("describe_table", """{"table":"parties"}"""), ("describe_table", """{"table":"invoices"}"""),
            ("execute_sql", """{"sql":"SELECT * FROM parties"}"""), ("execute_sql", """{"sql":"SELECT pa FROM parties"}"""), ("execute_sql", """{"sql":"SELECT paan FROM parties"}"""),
            ("execute_sql", """{"sql":"SELECT 1 FROM invoice"}"""), ("execute_sql", """{"sql":"SELECT amt FROM parties"}"""), ("describe_table", """{"table":"invoice"}"""),
            ("search", """{"query":"AAAPL1234C"}"""), ("search", """{"query":"copper"}"""), ("fetch", """{"id":"parties/P1"}"""),
            ("fetch", """{"id":"invoice/1"}"""), ("fetch", """{"id":"invoices/1"}"""), ("search", """{"query":"x","table":"invoice"}"""), ("search", """{"query":"x","table":"invoices"}"""),
        })
        {
            var result = await client.CallAsync(tool, arguments, Cancel);
            everything.Append(result.StructuredContent?.GetRawText()).Append(result.Text().Replace("\"invoices\"", "(asked for)", StringComparison.Ordinal));
        }

        everything.Append(JsonSerializer.Serialize(await client.ListResourcesAsync(new ListResourcesRequestParams(), Cancel), ModelContextProtocol.McpJsonUtilities.DefaultOptions));
        everything.Append(JsonSerializer.Serialize(await client.ReadResourceAsync("workspace://schema", cancellationToken: Cancel), ModelContextProtocol.McpJsonUtilities.DefaultOptions));

        Assert.Contains("Pune", everything.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("PL1234C", everything.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"pan\"", everything.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(".pan", everything.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("invoices", everything.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("amount", everything.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("copper", everything.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHiddenColumnThatIsAskedForIsJustUnknown()
    {
        await using var client = await McpClients.ConnectAsync(fixture.Server, fixture.Server.Token(hidden: ["parties.pan"]), Cancel);
        var hidden = (await client.CallAsync("execute_sql", """{"sql":"SELECT pan FROM parties"}""", Cancel)).Text();
        var unknown = (await client.CallAsync("execute_sql", """{"sql":"SELECT zzz FROM parties"}""", Cancel)).Text();

        Assert.Equal(unknown, hidden.Replace("pan", "zzz", StringComparison.Ordinal));
    }

    private Task<HttpResponseMessage> PostAsync(string token, string body, (string, string)[] headers) =>
        fixture.Server.SendAsync(HttpMethod.Post, "/mcp", token, new StringContent(body, Encoding.UTF8, "application/json"), headers);
}

using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Sandbox;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Attack;

/// <summary>The payloads of a scanner through every text that a caller can send: each argument of each tool and prompt, addresses, headers.</summary>
[Collection(AloneCollection.Name)]
public sealed class InjectionOverHttpTests : IAsyncLifetime
{
    private const string Counts = "SELECT (SELECT count(*) FROM parties), (SELECT count(*) FROM vouchers), (SELECT count(*) FROM salaries), (SELECT group_concat(secret_pan) FROM parties)";

    private static readonly string[] Secrets = ["CANARY", "918273645", "43414E415259", "YRANAC"];
    private static readonly string[] HeaderNames = ["User-Agent", "X-Request-Id", "Mcp-Name", "Mcp-Method", "Mcp-Session-Id", "MCP-Protocol-Version", "Origin", "X-Forwarded-For", "Accept-Language", "Cookie"];

    private RunningServer server = null!;
    private WorkspaceId books;
    private string token = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync(mcp: new Features.Mcp.McpOptions { RowsPerDay = 1_000_000_000, BytesPerDay = 1_000_000_000_000 });
        books = await HostileYard.LoadAsync(server.Workspaces);
        token = server.Tokens.Create(books, "scanner", hiddenColumns: ["parties.secret_pan", "parties.secret_limit", "salaries.*"]).Text;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    [Trait("claim", "A67")]
    public async Task NoPayloadInAnyTextChangesOrShowsAnything()
    {
        var before = await StateAsync();
        var places = Places().ToArray();
        Assert.True(places.Length >= 15, $"{places.Length} places");
        foreach (var payload in InjectionTests.Payloads)
        {
            var complaints = await Task.WhenAll(places.Select(place => ComplaintAsync(payload, place)));

            Assert.Empty(complaints.OfType<string>());
        }

        Assert.Equal(before, await StateAsync());
        Assert.DoesNotContain("\"@l\":\"Error\"", server.Logs.All, StringComparison.Ordinal);
    }

    private async Task<string?> ComplaintAsync(string payload, Place place)
    {
        (string, string)[] headers = place.Header is { } header ? [(header, string.Concat(payload.ReplaceLineEndings(" ").Where(char.IsAscii))), .. McpCalls.Accept.Where(accept => accept.Item1 != header)] : McpCalls.Accept;
        using var response = await server.SendAsync(
            HttpMethod.Post, "/mcp", token, new StringContent(place.Message(JsonSerializer.Serialize(payload)), Encoding.UTF8, "application/json"), headers);
        var answer = await response.Content.ReadAsStringAsync(Cancel);
        var secret = Secrets.FirstOrDefault(secret => answer.Contains(secret, StringComparison.OrdinalIgnoreCase) && !payload.Contains(secret, StringComparison.OrdinalIgnoreCase));
        return (int)response.StatusCode >= 500 || answer.Contains("internal_error", StringComparison.Ordinal) || answer.Contains("-32603", StringComparison.Ordinal)
            ? $"{payload} in {place.Name} failed: {answer}"
            : secret is null ? null : $"{payload} in {place.Name} shows {secret}: {answer}";
    }

    private IEnumerable<Place> Places()
    {
        foreach (var tool in server.Services.GetServices<McpServerTool>().Select(tool => tool.ProtocolTool))
        {
            foreach (var argument in tool.InputSchema.GetProperty("properties").EnumerateObject().Where(argument => argument.Value.GetProperty("type").GetString() == "string"))
            {
                var needed = argument.Name == "table" && tool.Name == "search" ? ",\"query\":\"rent\"" : "";
                yield return new Place($"{tool.Name}.{argument.Name}", json => McpCalls.Call(tool.Name, $"{{\"{argument.Name}\":{json}{needed}}}"));
            }
        }

        foreach (var prompt in server.Services.GetServices<McpServerPrompt>().Select(prompt => prompt.ProtocolPrompt))
        {
            var argument = prompt.Arguments!.Single().Name;
            yield return new Place($"{prompt.Name}.{argument}", json => Request("prompts/get", $"\"name\":\"{prompt.Name}\",\"arguments\":{{\"{argument}\":{json}}}"));
        }

        yield return new Place("fetch parties/…", json => McpCalls.Call("fetch", $"{{\"id\":\"parties/{json[1..]}}}"));
        yield return new Place("resource", json => Request("resources/read", $"\"uri\":{json}"));
        yield return new Place("table of a resource", json => Request("resources/read", $"\"uri\":\"workspace://table/{json[1..]}"));
        yield return new Place("completion", json => Request("completion/complete", $"\"ref\":{{\"type\":\"ref/resource\",\"uri\":\"workspace://table/{{name}}\"}},\"argument\":{{\"name\":\"name\",\"value\":{json}}}"));
        yield return new Place("tool's name", json => Request("tools/call", $"\"name\":{json},\"arguments\":{{}}"));
        yield return new Place("prompt's name", json => Request("prompts/get", $"\"name\":{json}"));
        yield return new Place("client's name", json => Request("tools/list", $"\"_meta\":{{\"io.modelcontextprotocol/clientInfo\":{{\"name\":{json},\"version\":{json}}}}}"));
        foreach (var header in HeaderNames)
        {
            yield return new Place(header, _ => McpCalls.ListTools, header);
        }
    }

    private static string Request(string method, string parameters) => $"{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{{{parameters}}}}}";

    private async Task<string> StateAsync()
    {
        var answer = await server.Workspaces.AskAsync(books, Counts, Cancel);
        return string.Join(',', answer.Rows[0].Select(cell => cell.ToString())) + string.Join(' ', server.Workspaces.TablesInFile(books));
    }

    /// <param name="Message">Makes the message around the payload, which is given as a JSON string.</param>
    private sealed record Place(string Name, Func<string, string> Message, string? Header = null);
}

using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace WorkspaceServer.Testing;

/// <summary>Real MCP clients of the C# SDK, one per era.</summary>
internal static class McpClients
{
    public const string Modern = "2026-07-28";
    public const string Legacy = "2025-11-25";

    public static Task<McpClient> ConnectAsync(RunningServer server, string token, CancellationToken cancel, string version = Modern) => McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = server.Mcp,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = "Bearer " + token },
        }),
        new McpClientOptions { ProtocolVersion = version, ClientInfo = new Implementation { Name = "test-client", Version = "9.8.7" } },
        cancellationToken: cancel);

    /// <summary>Calls a tool with arguments written as JSON.</summary>
    public static async Task<CallToolResult> CallAsync(this McpClient client, string tool, string arguments, CancellationToken cancel) =>
        await client.CallToolAsync(
            new CallToolRequestParams { Name = tool, Arguments = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(arguments) }, cancel);

    public static string Text(this CallToolResult result) => Xunit.Assert.IsType<TextContentBlock>(Xunit.Assert.Single(result.Content)).Text;
}

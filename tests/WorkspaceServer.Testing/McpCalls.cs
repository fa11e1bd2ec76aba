namespace WorkspaceServer.Testing;

/// <summary>JSON-RPC messages by hand, for what no well-behaved client would send.</summary>
public static class McpCalls
{
    public const string Meta = """
        "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"by-hand","version":"1.0"},"io.modelcontextprotocol/clientCapabilities":{}}
        """;

    public const string ListTools = """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}""";

    /// <summary>Headers of the revisions before 2026-07-28.</summary>
    public static (string, string)[] Accept => [("Accept", "application/json, text/event-stream"), ("MCP-Protocol-Version", "2025-11-25")];

    /// <summary>Headers that 2026-07-28 asks for.</summary>
    public static (string, string)[] ModernHeaders(string method, string? name = null) =>
    [
        ("Accept", "application/json, text/event-stream"), ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method),
        .. name is null ? Array.Empty<(string, string)>() : [("Mcp-Name", name)],
    ];

    public static string Call(string tool, string arguments, string more = "") =>
        $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}}{{{more}}}}}""";

    public static string ModernCall(string tool, string arguments) => Call(tool, arguments, "," + Meta);

    /// <summary>The JSON of an answer, whether it came as such or as one event of a stream.</summary>
    public static string Body(string answer) =>
        answer.Split('\n').FirstOrDefault(line => line.StartsWith("data: ", StringComparison.Ordinal)) is { } data ? data["data: ".Length..].Trim() : answer;
}

using WorkspaceServer.Features.Tokens.Pages;

namespace WorkspaceServer.Features.Tokens;

/// <summary>What to do in each AI client. Clients that can sign in are shown that way; the others take a token.</summary>
internal static class ClientGuides
{
    private const string TokenInHeader = "Authorization: Bearer wsp_mcp_…";

    public static IReadOnlyList<ClientGuide> For(string url)
    {
        GuideStep makeToken = new("Make a token", "Under Tokens. It is shown once; keep it where you keep passwords.", null);
        GuideStep ask = new("Ask something", "“Which parties owe us most?”", null);
        return
        [
            new ClientGuide("claude", "Claude", [
                new("Open Settings, then Connectors", "In the browser or the desktop app.", null),
                new("Press “Add custom connector”", "Paste the address. Leave the other fields empty.", url),
                new("Press “Connect”", "This server asks you to sign in, and to choose the workspace.", null),
                ask,
            ]),
            new ClientGuide("chatgpt", "ChatGPT", [
                new("Open Settings, then Apps and Connectors", "Developer mode has to be on, under Advanced.", null),
                new("Press “Create”", "Paste the address, and choose OAuth.", url),
                new("Sign in", "This server asks you to choose the workspace.", null),
                ask,
            ]),
            new ClientGuide("claude-code", "Claude Code", [
                new("Add the server", "In a terminal.", $"claude mcp add --transport http workspace {url}"),
                new("Sign in", "Type /mcp in Claude Code and choose Authenticate.", null),
                ask,
            ]),
            new ClientGuide("cursor", "Cursor", [
                makeToken,
                new("Add it to ~/.cursor/mcp.json", "With your token in the place of the dots.", Json("mcpServers", url, withType: false)),
                new("Switch it on", "Under Settings, Tools and MCP.", null),
                ask,
            ]),
            new ClientGuide("vs-code", "VS Code", [
                makeToken,
                new("Add it to .vscode/mcp.json", "With your token in the place of the dots.", Json("servers", url, withType: true)),
                new("Press Start", "Above the entry in that file.", null),
                ask,
            ]),
            new ClientGuide("token", "Any other", [
                makeToken,
                new("Give the client this address", "It speaks MCP over Streamable HTTP.", url),
                new("Give it the token as a header", "With each request.", TokenInHeader),
                ask,
            ]),
        ];
    }

    private static string Json(string root, string url, bool withType) => $$"""
        {
          "{{root}}": {
            "workspace": {
              {{(withType ? "\"type\": \"http\",\n      " : "")}}"url": "{{url}}",
              "headers": { "Authorization": "Bearer wsp_mcp_…" }
            }
          }
        }
        """;
}

using WorkspaceServer.Features.Tokens.Pages;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Tokens;

/// <summary>What to do in each AI client. Clients that can sign in are shown that way; the others take a token.</summary>
internal static class ClientGuides
{
    private const string TokenInHeader = "Authorization: Bearer wsp_mcp_…";

    public static IReadOnlyList<ClientGuide> For(string url)
    {
        GuideStep makeToken = new(T["Make a token"], T["Under Tokens. It is shown once; keep it where you keep passwords."], null);
        GuideStep ask = new(T["Ask something"], T["“Which parties owe us most?”"], null);
        return
        [
            new ClientGuide("claude", "Claude", [
                new(T["Open Settings, then Connectors"], T["In the browser or the desktop app."], null),
                new(T["Press “Add custom connector”"], T["Paste the address. Leave the other fields empty."], url),
                new(T["Press “Connect”"], T["This server asks you to sign in, and to choose the workspace."], null),
                ask,
            ]),
            new ClientGuide("chatgpt", "ChatGPT", [
                new(T["Open Settings, then Apps and Connectors"], T["Developer mode has to be on, under Advanced."], null),
                new(T["Press “Create”"], T["Paste the address, and choose OAuth."], url),
                new(T["Sign in"], T["This server asks you to choose the workspace."], null),
                ask,
            ]),
            new ClientGuide("claude-code", "Claude Code", [
                new(T["Add the server"], T["In a terminal."], $"claude mcp add --transport http workspace {url}"),
                new(T["Sign in"], T["Type /mcp in Claude Code and choose Authenticate."], null),
                ask,
            ]),
            new ClientGuide("cursor", "Cursor", [
                makeToken,
                new(T["Add it to ~/.cursor/mcp.json"], T["With your token in the place of the dots."], Json("mcpServers", url, withType: false)),
                new(T["Switch it on"], T["Under Settings, Tools and MCP."], null),
                ask,
            ]),
            new ClientGuide("vs-code", "VS Code", [
                makeToken,
                new(T["Add it to .vscode/mcp.json"], T["With your token in the place of the dots."], Json("servers", url, withType: true)),
                new(T["Press Start"], T["Above the entry in that file."], null),
                ask,
            ]),
            new ClientGuide("token", T["Any other"], [
                makeToken,
                new(T["Give the client this address"], T["It speaks MCP over Streamable HTTP."], url),
                new(T["Give it the token as a header"], T["With each request."], TokenInHeader),
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

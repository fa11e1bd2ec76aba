using System.Text.Json;

namespace WorkspaceServer.Features.Mcp;

/// <summary>Which program sends a message, for the log: as the message says, else as its User-Agent header says.</summary>
/// <remarks>
/// Since 2026-07-28 every request may carry the name; before, only the first one of a session did, and this server keeps no sessions.
/// </remarks>
internal static class ClientName
{
    /// <summary>Longest name that is logged, in characters.</summary>
    public const int MaxLength = 100;

    private const string MetaKey = "io.modelcontextprotocol/clientInfo";

    public static string Read(JsonElement message, string userAgent)
    {
        var parameters = Member(message, "params");
        var client = Member(Member(parameters, "_meta"), MetaKey) ?? Member(parameters, "clientInfo");
        var name = client is null ? userAgent : $"{Text(client, "name")}/{Text(client, "version")}";
        var clean = string.Concat(name.Where(c => !char.IsControl(c)).Take(MaxLength));
        return clean.Length == 0 ? "unknown" : clean;
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(name, out var value) ? value : null;

    private static string Text(JsonElement? parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "?";
}

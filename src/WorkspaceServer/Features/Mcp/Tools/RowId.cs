namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Names one row for search and fetch: "table/key". A table's name never has a slash in it; a key may.</summary>
internal static class RowId
{
    /// <summary>Longest id, in characters.</summary>
    public const int MaxLength = 1_000;

    public static string Format(string table, string key) => $"{table}/{key}";

    /// <summary>What a client shows as the source. It is an address inside the workspace, not of a page.</summary>
    public static string Url(string table, string key) => $"workspace://row/{table}/{Uri.EscapeDataString(key)}";

    public static bool TryParse(string id, out string table, out string key)
    {
        var slash = id.IndexOf('/', StringComparison.Ordinal);
        (table, key) = slash > 0 ? (id[..slash], id[(slash + 1)..]) : ("", "");
        return key.Length > 0;
    }
}

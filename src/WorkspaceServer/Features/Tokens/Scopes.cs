namespace WorkspaceServer.Features.Tokens;

/// <summary>What a token may be allowed to do. The names are promises to clients.</summary>
internal static class Scopes
{
    /// <summary>List and describe tables, run SQL, read rows.</summary>
    public const string TablesRead = "tables:read";

    /// <summary>Search the text of the workspace and read what was found.</summary>
    public const string Search = "search";

    /// <summary>Every scope, in the order in which they are shown.</summary>
    public static readonly IReadOnlyList<string> All = [TablesRead, Search];

    /// <summary>Reads a list as OAuth writes it: words between single spaces (RFC 6749, section 3.3).</summary>
    public static string[] Parse(string list) => list.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static string Format(IEnumerable<string> scopes) => string.Join(' ', scopes);
}

using System.Text.RegularExpressions;

namespace WorkspaceServer.Workspaces;

/// <summary>Which names tables and columns may have, and the one way to write a name into SQL.</summary>
internal static partial class Identifiers
{
    private static readonly string[] ReservedTablePrefixes = [CatalogStore.ReservedPrefix, "sqlite_", "pragma_"];

    // The full-text table of another table, and what FTS5 keeps beside it (sqlite.org/fts5.html, section 9).
    private static readonly string[] ReservedTableSuffixes = ["_fts", "_fts_data", "_fts_idx", "_fts_content", "_fts_docsize", "_fts_config"];

    // Table-valued functions that callers may use (sqlite.org/json1.html).
    private static readonly string[] ReservedTables = ["json_each", "json_tree"];

    // SQLite's own names for a row's number (sqlite.org/rowidtable.html).
    private static readonly string[] ReservedColumns = ["rowid", "oid", "_rowid_"];

    /// <summary>Null if a table may have this name, else the rule that it breaks.</summary>
    public static string? WhyNotTable(string name) =>
        WhyNotName(name)
        ?? (ReservedTablePrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            || ReservedTableSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            || ReservedTables.Contains(name, StringComparer.OrdinalIgnoreCase)
            ? "is reserved; choose another name"
            : null);

    /// <summary>Null if a column may have this name, else the rule that it breaks.</summary>
    /// <remarks>FTS5 has a hidden column of its table's own name, so a column books_fts would break the index of books.</remarks>
    public static string? WhyNotColumn(string name) =>
        WhyNotName(name)
        ?? (ReservedColumns.Contains(name, StringComparer.OrdinalIgnoreCase) || name.EndsWith(TableStore.FullTextSuffix, StringComparison.OrdinalIgnoreCase)
            ? "is reserved; choose another name"
            : null);

    /// <summary>The name as SQL text. Safe for any name without NUL; callers still check names against a schema or the rules above.</summary>
    /// <exception cref="ArgumentException">The name holds NUL, which would end the SQL text.</exception>
    public static string Quote(string name) => name.Contains('\0', StringComparison.Ordinal)
        ? throw new ArgumentException("A name cannot hold NUL.", nameof(name))
        : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string? WhyNotName(string name) => Name().IsMatch(name)
        ? null
        : $"must start with a letter or _, go on with letters, digits or _ (A to Z), and have at most {TableSchema.MaxNameLength} of them";

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

using System.Text.Json.Serialization;

namespace WorkspaceServer.Workspaces;

/// <summary>What a column means. How it is stored: Integer and Boolean as INTEGER, Decimal as REAL, the others as TEXT.</summary>
/// <remarks>
/// A column is Decimal only if every value has at most 15 significant digits, which a double keeps exactly; numbers with
/// more digits, or with leading zeros, are Text, so nothing is lost.
/// </remarks>
internal enum ColumnType
{
    Text,
    Integer,
    Decimal,
    Boolean,

    /// <summary>YYYY-MM-DD.</summary>
    Date,

    /// <summary>ISO 8601, with or without an offset.</summary>
    DateTime,
}

/// <param name="References">"table.column" that this column points to, or null. For people and AIs; not enforced.</param>
internal sealed record ColumnSchema(string Name, ColumnType Type, string? Description = null, string? References = null)
{
    /// <summary>True if full-text search covers it. FTS5 keeps the name "rank" for itself.</summary>
    [JsonIgnore]
    public bool IsSearchable => Type == ColumnType.Text && !Name.Equals("rank", StringComparison.OrdinalIgnoreCase);
}

/// <param name="KeyColumn">The column whose value names a row and is unique, or null.</param>
/// <param name="CompositeKey">The columns that name a row together and are unique, where it takes several; else null.</param>
/// <param name="Source">Where the rows came from, for people: a file name, "sample", an agent.</param>
internal sealed record TableSchema(
    string Name,
    IReadOnlyList<ColumnSchema> Columns,
    string? KeyColumn = null,
    string? Description = null,
    string Source = "",
    IReadOnlyList<string>? CompositeKey = null)
{
    public const int MaxTables = 500;
    public const int MaxColumns = 200;
    public const int MaxNameLength = 63;
}

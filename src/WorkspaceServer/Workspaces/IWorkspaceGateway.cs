using WorkspaceServer.Vault;

namespace WorkspaceServer.Workspaces;

/// <summary>
/// The one door to workspaces. Only messages cross it, no connection, reader or callback, so that the other side may one day be
/// another machine. A caller's mistake, an unknown workspace among them, is a <see cref="Hosting.ProblemException"/>.
/// </summary>
internal interface IWorkspaceGateway
{
    /// <summary>The tables and columns that <paramref name="access"/> may see, ordered by name.</summary>
    Task<Catalog> GetCatalogAsync(WorkspaceId workspace, ReadAccess access, CancellationToken cancel);

    /// <summary>Runs one untrusted SELECT in the sandbox. May hold the caller's thread until the answer is there.</summary>
    Task<QueryAnswer> QueryAsync(WorkspaceId workspace, QueryMessage query, CancellationToken cancel);

    /// <summary>Full-text search over the text columns that the caller may see, best match first.</summary>
    Task<SearchAnswer> SearchAsync(WorkspaceId workspace, SearchMessage search, CancellationToken cancel);

    /// <summary>One row by its key (the table's key column, else its rowid), or null.</summary>
    Task<RowAnswer?> FetchAsync(WorkspaceId workspace, FetchMessage fetch, CancellationToken cancel);

    /// <summary>One page of a table's rows, filtered and sorted; null if the caller sees no such table.</summary>
    Task<RowsAnswer?> ReadRowsAsync(WorkspaceId workspace, RowsMessage message, CancellationToken cancel);

    /// <summary>What is in one column; null if the caller sees no such table.</summary>
    Task<ProfileAnswer?> ProfileAsync(WorkspaceId workspace, ProfileMessage message, CancellationToken cancel);

    /// <summary>Starts a load that will replace, or create, one table when it is committed. Readers see the old rows until then.</summary>
    Task<LoadId> BeginLoadAsync(WorkspaceId workspace, TableSchema schema, CancellationToken cancel);

    /// <summary>Adds rows to a load; the cells are in the order of the schema's columns.</summary>
    Task AppendAsync(WorkspaceId workspace, LoadId load, IReadOnlyList<SqlValue[]> rows, CancellationToken cancel);

    /// <summary>Makes the load visible, all of it or nothing.</summary>
    Task<LoadedTable> CommitLoadAsync(WorkspaceId workspace, LoadId load, CancellationToken cancel);

    /// <summary>Forgets a load; nothing of it was visible.</summary>
    Task AbandonLoadAsync(WorkspaceId workspace, LoadId load, CancellationToken cancel);
}

internal readonly record struct LoadId(long Number);

/// <summary>What a caller may read: everything but the hidden columns.</summary>
/// <param name="HiddenColumns">Names as "table.column" or "table.*", compared without regard to case.</param>
internal sealed record ReadAccess(IReadOnlyList<string> HiddenColumns)
{
    public static readonly ReadAccess Everything = new([]);
}

/// <param name="Version">Changes whenever a table is added, replaced or removed.</param>
internal sealed record Catalog(long Version, IReadOnlyList<CatalogTable> Tables)
{
    public CatalogTable? Find(string table) =>
        Tables.FirstOrDefault(t => t.Schema.Name.Equals(table, StringComparison.OrdinalIgnoreCase));
}

/// <param name="Schema">Only the columns that the caller may see.</param>
/// <param name="LoadedAt">As of when the rows are.</param>
/// <param name="Totals">Exact decimal sum of each visible Integer or Decimal column, as text, by column name.</param>
/// <param name="IsReconciled">Whether the last run of its agent came to the agent's totals; null if no agent sends it.</param>
internal sealed record CatalogTable(
    TableSchema Schema, long RowCount, DateTimeOffset LoadedAt, IReadOnlyDictionary<string, string> Totals, string? FullTextTable, bool? IsReconciled = null)
{
    /// <summary>Of several tables: false if one of them is not reconciled, null if no agent sends any.</summary>
    public static bool? AreReconciled(IEnumerable<CatalogTable> tables) => tables.Aggregate((bool?)null, (all, table) => table.IsReconciled is false ? false : all ?? table.IsReconciled);
}

/// <param name="Sql">One SELECT.</param>
/// <param name="MaxRows">More rows are cut off and <see cref="QueryAnswer.Truncated"/> is set.</param>
/// <param name="MaxBytes">Cells beyond this many bytes are cut off in the same way.</param>
internal sealed record QueryMessage(string Sql, ReadAccess Access, int MaxRows, int MaxBytes, TimeSpan Deadline);

/// <param name="Touched">"table.column" of everything that the statement read, and "table" where it read none of its columns.</param>
/// <param name="AsOf">The oldest <see cref="CatalogTable.LoadedAt"/> of the tables touched; null if it touched none.</param>
/// <param name="IsReconciled">Of the tables touched: <see cref="CatalogTable.AreReconciled"/>.</param>
internal sealed record QueryAnswer(
    IReadOnlyList<string> Columns,
    IReadOnlyList<SqlValue[]> Rows,
    bool Truncated,
    IReadOnlyList<string> Touched,
    DateTimeOffset? AsOf,
    TimeSpan Elapsed,
    bool? IsReconciled = null);

/// <param name="Text">Words; a row matches if it has all of them. Never FTS5 syntax.</param>
/// <param name="Table">Search in this table only; null for all.</param>
internal sealed record SearchMessage(string Text, string? Table, int MaxHits, ReadAccess Access, TimeSpan Deadline);

/// <param name="Key">What <see cref="FetchMessage.Key"/> takes.</param>
/// <param name="Snippet">Plain text around the match, matches not marked.</param>
internal sealed record SearchHit(string Table, string Key, string Title, string Snippet);

internal sealed record SearchAnswer(IReadOnlyList<SearchHit> Hits, bool Truncated, DateTimeOffset? AsOf, bool? IsReconciled = null);

internal sealed record FetchMessage(string Table, string Key, ReadAccess Access, TimeSpan Deadline);

internal sealed record RowAnswer(CatalogTable Table, IReadOnlyList<string> Columns, SqlValue[] Cells);

/// <param name="Totals">Exact decimal sum of each Integer or Decimal column, as text, by column name.</param>
internal sealed record LoadedTable(string Name, long RowCount, IReadOnlyDictionary<string, string> Totals, DateTimeOffset LoadedAt);

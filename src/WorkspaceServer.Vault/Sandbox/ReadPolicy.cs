namespace WorkspaceServer.Vault.Sandbox;

/// <summary>What one handle of the sandbox may read: an allow-list of tables and, in each, of columns. All else is denied.</summary>
/// <param name="CatalogVersion">
/// The file's PRAGMA user_version that this list was made for. A statement that finds another number does not run, so a table
/// or a column that appears later is never read under an older list.
/// </param>
/// <param name="Tables">In any order; names as the schema spells them.</param>
public sealed record ReadPolicy(long CatalogVersion, IReadOnlyList<ReadableTable> Tables);

/// <param name="Columns">The columns that may be read, in order.</param>
/// <param name="IsPartial">Some columns are hidden: a temporary view of the same name shows the others, so that SELECT * works.</param>
/// <param name="FullText">The FTS5 table over this one, or null.</param>
public sealed record ReadableTable(string Name, IReadOnlyList<string> Columns, bool IsPartial, string? FullText);

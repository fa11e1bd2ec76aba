using Microsoft.Data.Sqlite;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Workspaces;

/// <summary>Names a table in which rows wait until they become visible.</summary>
internal readonly record struct StagingName
{
    private StagingName(string name) => Name = name;

    public string Name { get; }

    public static StagingName OfLoad(long number) => new($"{CatalogStore.ReservedPrefix}load_{number}");

    /// <param name="number">Of an agent's run.</param>
    public static StagingName OfRun(long number) => new($"{CatalogStore.ReservedPrefix}run_{number}");
}

/// <summary>All SQL that makes, fills and swaps a workspace's tables. Identifiers come from a checked schema and are quoted.</summary>
internal static class TableStore
{
    public const string FullTextSuffix = "_fts";

    /// <summary>Rows that ANALYZE looks at per index; enough for the planner, however long the table is.</summary>
    private const string AnalysisLimit = "PRAGMA analysis_limit = 400";

    public static void CreateStaging(SqliteConnection connection, StagingName staging, TableSchema schema)
    {
        var columns = schema.Columns.Select(column => $"{Identifiers.Quote(column.Name)} {Storage(column.Type)}");
        Run(connection, $"CREATE TABLE {Identifiers.Quote(staging.Name)} ({string.Join(", ", columns)}) STRICT");
    }

    /// <param name="columns">Names, in the order in which cells come; the other columns are NULL.</param>
    public static BulkInsert PrepareInsert(SqliteConnection connection, StagingName staging, IReadOnlyList<string> columns)
    {
        var names = string.Join(", ", columns.Select(name => Identifiers.Quote(name)));
        var parameters = string.Join(", ", Enumerable.Range(1, columns.Count).Select(number => $"?{number}"));
        return new BulkInsert(connection, $"INSERT INTO {Identifiers.Quote(staging.Name)} ({names}) VALUES ({parameters})");
    }

    /// <summary>Gives a table columns that are NULL in its rows.</summary>
    /// <param name="schema">With them.</param>
    /// <returns>The full-text table, or null if there is no text column.</returns>
    public static string? AddColumns(SqliteConnection connection, TableSchema schema, IReadOnlyList<ColumnSchema> added)
    {
        var fullText = schema.Name + FullTextSuffix;
        foreach (var column in added)
        {
            Run(connection, $"ALTER TABLE {Identifiers.Quote(schema.Name)} ADD COLUMN {Identifiers.Quote(column.Name)} {Storage(column.Type)}");
        }

        if (added.Any(column => column.IsSearchable))
        {
            Run(connection, $"DROP TABLE IF EXISTS {Identifiers.Quote(fullText)}");
            CreateFullText(connection, schema, fullText);
        }

        return schema.Columns.Any(column => column.IsSearchable) ? fullText : null;
    }

    public static void DropStaging(SqliteConnection connection, StagingName staging) => Run(connection, $"DROP TABLE IF EXISTS {Identifiers.Quote(staging.Name)}");

    /// <summary>Puts the loaded rows in the place of the table, with its indexes.</summary>
    /// <returns>The full-text table, or null if there is no text column.</returns>
    /// <exception cref="SqliteException">The key column's values are not unique.</exception>
    public static string? Swap(SqliteConnection connection, StagingName staging, TableSchema schema)
    {
        var table = Identifiers.Quote(schema.Name);
        var fullText = schema.Name + FullTextSuffix;
        Run(connection, $"DROP TABLE IF EXISTS {Identifiers.Quote(fullText)}");
        Run(connection, $"DROP TABLE IF EXISTS {table}");
        Run(connection, $"ALTER TABLE {Identifiers.Quote(staging.Name)} RENAME TO {table}");
        if (schema.KeyColumn is { } key)
        {
            Run(connection, $"CREATE UNIQUE INDEX {IndexName("key", schema.Name, key)} ON {table} ({Identifiers.Quote(key)})");
        }

        if (schema.CompositeKey is { } several)
        {
            var keys = string.Join(", ", several.Select(name => Identifiers.Quote(name)));
            Run(connection, $"CREATE UNIQUE INDEX {IndexName("key", schema.Name, several[0])} ON {table} ({keys})");
        }

        foreach (var column in schema.Columns.Where(column => column.References is not null && column.Name != schema.KeyColumn))
        {
            Run(connection, $"CREATE INDEX {IndexName("ref", schema.Name, column.Name)} ON {table} ({Identifiers.Quote(column.Name)})");
        }

        var hasText = CreateFullText(connection, schema, fullText);
        Run(connection, AnalysisLimit);
        Run(connection, $"ANALYZE {table}");
        return hasText ? fullText : null;
    }

    /// <summary>FTS5 over the text columns, whose text stays in the table itself: sqlite.org/fts5.html, section 4.4.3.</summary>
    private static bool CreateFullText(SqliteConnection connection, TableSchema schema, string fullText)
    {
        var columns = schema.Columns.Where(column => column.IsSearchable).Select(column => Identifiers.Quote(column.Name)).ToArray();
        if (columns.Length == 0)
        {
            return false;
        }

        // Marks (M*) belong to words: without them Devanagari falls apart at every vowel sign.
        Run(
            connection,
            $"""
            CREATE VIRTUAL TABLE {Identifiers.Quote(fullText)} USING fts5({string.Join(", ", columns)},
                content={Identifiers.Quote(schema.Name)}, tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'")
            """);
        var table = Identifiers.Quote(fullText);
        // Words that are collected in memory before they are written as one part, in bytes: with FTS5's own size, which comes back below, parts are merged over and over.
        Run(connection, $"INSERT INTO {table} ({table}, rank) VALUES ('hashsize', 16777216)");
        Run(connection, $"INSERT INTO {table} ({table}) VALUES ('rebuild')");
        Run(connection, $"INSERT INTO {table} ({table}, rank) VALUES ('hashsize', 1048576)");
        return true;
    }

    // A point is in no name, so that order + line_id and order_line + id stay apart.
    private static string IndexName(string kind, string table, string column) =>
        Identifiers.Quote($"{CatalogStore.ReservedPrefix}{kind}_{table}.{column}");

    private static string Storage(ColumnType type) => type switch
    {
        ColumnType.Integer or ColumnType.Boolean => "INTEGER",
        ColumnType.Decimal => "REAL",
        _ => "TEXT",
    };

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

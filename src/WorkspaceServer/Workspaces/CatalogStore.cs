using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Workspaces;

/// <summary>All SQL over a workspace's own catalog: the tables _ws_table and _ws_load, and the file's user_version.</summary>
/// <remarks>user_version rises with each change of the catalog, in the same transaction; readers compare it.</remarks>
internal static class CatalogStore
{
    public const string ReservedPrefix = "_ws_";

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Makes the catalog of a new workspace.</summary>
    public static void Create(SqliteConnection connection) => Run(
        connection,
        """
        CREATE TABLE _ws_table (
            name      TEXT    NOT NULL PRIMARY KEY,
            schema    TEXT    NOT NULL, -- JSON: TableSchema
            row_count INTEGER NOT NULL,
            totals    TEXT    NOT NULL, -- JSON: exact sum by column
            full_text TEXT,
            loaded_at INTEGER NOT NULL  -- milliseconds since 1970
        ) STRICT;
        CREATE TABLE _ws_load (
            number     INTEGER NOT NULL PRIMARY KEY,
            schema     TEXT    NOT NULL, -- JSON: TableSchema
            touched_at INTEGER NOT NULL  -- milliseconds since 1970
        ) STRICT;
        PRAGMA user_version = 1;
        """);

    public static long Version(SqliteConnection connection) => Convert.ToInt64(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);

    public static Catalog Read(SqliteConnection connection)
    {
        // One read transaction, so that version and tables belong together.
        using var transaction = connection.BeginTransaction(deferred: true);
        return ReadIn(connection);
    }

    /// <summary>The same, inside the caller's transaction.</summary>
    public static Catalog ReadIn(SqliteConnection connection)
    {
        var reconciled = SyncStore.ReconciledTables(connection);
        var version = Version(connection);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT schema, row_count, totals, full_text, loaded_at FROM _ws_table ORDER BY name COLLATE NOCASE";
        using var rows = command.ExecuteReader();
        var tables = new List<CatalogTable>();
        while (rows.Read())
        {
            var schema = JsonSerializer.Deserialize<TableSchema>(rows.GetString(0), Json)!;
            tables.Add(new CatalogTable(
                schema,
                rows.GetInt64(1),
                DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(4)),
                JsonSerializer.Deserialize<Dictionary<string, string>>(rows.GetString(2), Json)!,
                rows.IsDBNull(3) ? null : rows.GetString(3),
                reconciled.TryGetValue(schema.Name, out var isReconciled) ? isReconciled : null));
        }

        return new Catalog(version, tables);
    }

    /// <summary>The table of this name, in whatever case, inside the caller's transaction.</summary>
    public static CatalogTable? Find(SqliteConnection connection, string table) => ReadIn(connection).Find(table);

    public static void Put(SqliteConnection connection, CatalogTable table)
    {
        Run(
            connection,
            """
            INSERT INTO _ws_table (name, schema, row_count, totals, full_text, loaded_at)
            VALUES (@name, @schema, @rows, @totals, @full_text, @loaded_at)
            ON CONFLICT (name) DO UPDATE SET schema = excluded.schema, row_count = excluded.row_count,
                totals = excluded.totals, full_text = excluded.full_text, loaded_at = excluded.loaded_at
            """,
            ("@name", table.Schema.Name),
            ("@schema", JsonSerializer.Serialize(table.Schema, Json)),
            ("@rows", table.RowCount),
            ("@totals", JsonSerializer.Serialize(table.Totals, Json)),
            ("@full_text", (object?)table.FullTextTable ?? DBNull.Value),
            ("@loaded_at", table.LoadedAt.ToUnixTimeMilliseconds()));
        RaiseVersion(connection);
    }

    /// <summary>Registers a load and gives it its number.</summary>
    public static long AddLoad(SqliteConnection connection, TableSchema schema, DateTimeOffset now) => Convert.ToInt64(
        Scalar(
            connection,
            "INSERT INTO _ws_load (schema, touched_at) VALUES (@schema, @now) RETURNING number",
            ("@schema", JsonSerializer.Serialize(schema, Json)),
            ("@now", now.ToUnixTimeMilliseconds())),
        CultureInfo.InvariantCulture);

    /// <summary>Says that a load is alive.</summary>
    /// <returns>False if it was forgotten.</returns>
    public static bool TouchLoad(SqliteConnection connection, long number, DateTimeOffset now) => Run(
        connection,
        "UPDATE _ws_load SET touched_at = @now WHERE number = @number",
        ("@now", now.ToUnixTimeMilliseconds()),
        ("@number", number)) == 1;

    public static void RemoveLoad(SqliteConnection connection, long number) =>
        Run(connection, "DELETE FROM _ws_load WHERE number = @number", ("@number", number));

    /// <summary>Loads that nobody touched since <paramref name="before"/>: their process ended.</summary>
    public static IReadOnlyList<long> LoadsOlderThan(SqliteConnection connection, DateTimeOffset before)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT number FROM _ws_load WHERE touched_at < @before";
        command.Parameters.AddWithValue("@before", before.ToUnixTimeMilliseconds());
        using var rows = command.ExecuteReader();
        var numbers = new List<long>();
        while (rows.Read())
        {
            numbers.Add(rows.GetInt64(0));
        }

        return numbers;
    }

    public static void RaiseVersion(SqliteConnection connection)
    {
        var next = Version(connection) + 1;
        Run(connection, "PRAGMA user_version = " + next.ToString(CultureInfo.InvariantCulture));
    }

    private static int Run(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteScalar();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}

using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Workspaces.Sync;

/// <param name="Number">Names the staging table of a snapshot.</param>
/// <param name="Outcome">open, committed, abandoned, or the code of the problem that ended it.</param>
internal sealed record StoredRun(long Number, string Id, string Agent, RunRequest Request, DateTimeOffset StartedAt, string Outcome, CommitResult? Result)
{
    public bool IsOpen => Outcome == SyncStore.Open;

    public RunStatus Status => IsOpen ? RunStatus.Open : Result is null ? RunStatus.Abandoned : RunStatus.Committed;
}

/// <param name="Payload">Compressed, kept until the run ends; null for a snapshot, whose rows are in the staging table.</param>
internal sealed record StoredBatch(int Number, byte[] Sha256, ControlTotals Totals, byte[]? Payload);

/// <param name="Proposed">A schema that waits for the owner's word.</param>
/// <param name="Accepted">A schema that the owner let pass.</param>
internal sealed record StoredSync(string Table, string Agent, string? LastRun, SyncSchema? Proposed, SyncSchema? Accepted);

/// <summary>All SQL over runs of agents in a workspace's file: tables _ws_run, _ws_batch and _ws_sync.</summary>
internal static class SyncStore
{
    public const string Open = "open";
    public const string Committed = "committed";
    public const string Abandoned = "abandoned";
    public const string Stopped = SyncProblems.RunStopped;

    /// <summary>Ended runs that are kept as the log.</summary>
    public const int KeptRuns = 10_000;

    /// <summary>Makes the tables where they are not there yet: workspaces are older than agents.</summary>
    public static void Prepare(SqliteConnection connection) => Run(
        connection,
        """
        CREATE TABLE IF NOT EXISTS _ws_run (
            number     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            id         TEXT    NOT NULL UNIQUE,
            agent      TEXT    NOT NULL,
            table_name TEXT    NOT NULL,
            request    TEXT    NOT NULL, -- JSON: RunRequest, and what Begun adds
            started_at INTEGER NOT NULL, -- milliseconds since 1970; so are the next two
            touched_at INTEGER NOT NULL,
            ended_at   INTEGER,
            outcome    TEXT    NOT NULL,
            rows_in    INTEGER NOT NULL,
            bytes      INTEGER NOT NULL, -- as they came, compressed
            result     TEXT              -- JSON: CommitResult
        ) STRICT;
        CREATE INDEX IF NOT EXISTS _ws_run_open ON _ws_run (table_name) WHERE outcome = 'open';
        CREATE TABLE IF NOT EXISTS _ws_batch (
            run     INTEGER NOT NULL REFERENCES _ws_run (number),
            number  INTEGER NOT NULL,
            sha256  BLOB    NOT NULL,
            totals  TEXT    NOT NULL, -- JSON: ControlTotals
            payload BLOB,
            UNIQUE (run, number)
        ) STRICT;
        CREATE TABLE IF NOT EXISTS _ws_sync (
            table_name TEXT    NOT NULL PRIMARY KEY,
            agent      TEXT    NOT NULL,
            last_run   TEXT,
            reconciled INTEGER NOT NULL,
            proposed   TEXT, -- JSON: SyncSchema
            accepted   TEXT  -- JSON: SyncSchema
        ) STRICT;
        """);

    /// <summary>Whether the tables are there; a reader cannot make them.</summary>
    public static bool Exists(SqliteConnection connection) => Scalar(connection, "SELECT count(*) FROM sqlite_schema WHERE name = '_ws_sync'") is not 0L;

    public static long FileBytes(SqliteConnection connection) =>
        Convert.ToInt64(Scalar(connection, "PRAGMA page_count"), CultureInfo.InvariantCulture) * Vault.Databases.EncryptedDatabase.PageBytes;

    public static long Add(SqliteConnection connection, string run, string agent, RunRequest request, DateTimeOffset now) => Convert.ToInt64(
        Scalar(
            connection,
            """
            INSERT INTO _ws_run (id, agent, table_name, request, started_at, touched_at, outcome, rows_in, bytes)
            VALUES (@id, @agent, @table, @request, @now, @now, 'open', 0, 0) RETURNING number
            """,
            ("@id", run),
            ("@agent", agent),
            ("@table", request.Schema.Table),
            ("@request", JsonSerializer.Serialize(request, ProtocolJson.Default.RunRequest)),
            ("@now", now.ToUnixTimeMilliseconds())),
        CultureInfo.InvariantCulture);

    public static StoredRun? Find(SqliteConnection connection, string run, string agent)
    {
        using var command = Command(connection, "SELECT number, request, started_at, outcome, result FROM _ws_run WHERE id = @id AND agent = @agent", ("@id", run), ("@agent", agent));
        using var rows = command.ExecuteReader();
        return rows.Read()
            ? new StoredRun(
                rows.GetInt64(0),
                run,
                agent,
                JsonSerializer.Deserialize(rows.GetString(1), ProtocolJson.Default.RunRequest)!,
                DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(2)),
                rows.GetString(3),
                rows.IsDBNull(4) ? null : JsonSerializer.Deserialize(rows.GetString(4), ProtocolJson.Default.CommitResult))
            : null;
    }

    /// <summary>A run, whichever agent's.</summary>
    public static (long Number, string Table, string Outcome)? FindAny(SqliteConnection connection, string run)
    {
        using var command = Command(connection, "SELECT number, table_name, outcome FROM _ws_run WHERE id = @id", ("@id", run));
        using var rows = command.ExecuteReader();
        return rows.Read() ? (rows.GetInt64(0), rows.GetString(1), rows.GetString(2)) : null;
    }

    /// <summary>Notes that an open run begins or goes on now, so that its pace is not taken over the time in between; and how many rows its agent expects, if it says.</summary>
    public static void Begun(SqliteConnection connection, long run, long? expected, DateTimeOffset now)
    {
        Run(
            connection,
            "UPDATE _ws_run SET request = json_set(request, '$.begun_at', @now, '$.begun_rows', rows_in) WHERE number = @run AND outcome = 'open'",
            ("@run", run),
            ("@now", now.ToUnixTimeMilliseconds()));
        if (expected is { } rows)
        {
            Run(connection, "UPDATE _ws_run SET request = json_set(request, '$.expected_rows', @rows) WHERE number = @run AND outcome = 'open'", ("@run", run), ("@rows", rows));
        }
    }

    /// <summary>Whether any agent of the workspace has used this id.</summary>
    public static bool IsTaken(SqliteConnection connection, string run) => Scalar(connection, "SELECT count(*) FROM _ws_run WHERE id = @id", ("@id", run)) is not 0L;

    /// <summary>Open runs: those of this table, and those that nobody touched since then. Numbers.</summary>
    public static IReadOnlyList<long> ToForget(SqliteConnection connection, string table, DateTimeOffset before) => Numbers(
        connection,
        "SELECT number FROM _ws_run WHERE outcome = 'open' AND (table_name = @table COLLATE NOCASE OR touched_at < @before)",
        ("@table", table),
        ("@before", before.ToUnixTimeMilliseconds()));

    public static long CountOpen(SqliteConnection connection) => (long)Scalar(connection, "SELECT count(*) FROM _ws_run WHERE outcome = 'open'")!;

    /// <summary>Ends a run: its batches go, what is left is a line of the log.</summary>
    public static void End(SqliteConnection connection, long run, string outcome, CommitResult? result, DateTimeOffset now)
    {
        Run(
            connection,
            "UPDATE _ws_run SET outcome = @outcome, result = @result, ended_at = @now WHERE number = @run",
            ("@run", run),
            ("@outcome", outcome),
            ("@result", result is null ? DBNull.Value : JsonSerializer.Serialize(result, ProtocolJson.Default.CommitResult)),
            ("@now", now.ToUnixTimeMilliseconds()));
        Run(connection, "DELETE FROM _ws_batch WHERE run = @run", ("@run", run));
        Run(connection, "DELETE FROM _ws_run WHERE number <= @run - @kept AND outcome <> 'open'", ("@run", run), ("@kept", KeptRuns));
    }

    public static void AddBatch(SqliteConnection connection, long run, StoredBatch batch, int bytes, long rows, DateTimeOffset now)
    {
        Run(
            connection,
            "INSERT INTO _ws_batch (run, number, sha256, totals, payload) VALUES (@run, @number, @sha256, @totals, @payload)",
            ("@run", run),
            ("@number", batch.Number),
            ("@sha256", batch.Sha256),
            ("@totals", JsonSerializer.Serialize(batch.Totals, ProtocolJson.Default.ControlTotals)),
            ("@payload", (object?)batch.Payload ?? DBNull.Value));
        Run(
            connection,
            "UPDATE _ws_run SET rows_in = rows_in + @rows, bytes = bytes + @bytes, touched_at = @now WHERE number = @run",
            ("@run", run),
            ("@rows", rows),
            ("@bytes", bytes),
            ("@now", now.ToUnixTimeMilliseconds()));
    }

    /// <summary>SHA-256 of a batch that came before, or null.</summary>
    public static byte[]? HashOf(SqliteConnection connection, long run, int number) =>
        Scalar(connection, "SELECT sha256 FROM _ws_batch WHERE run = @run AND number = @number", ("@run", run), ("@number", number)) as byte[];

    /// <summary>SHA-256 of each batch of a run, in order.</summary>
    public static IReadOnlyList<byte[]> Hashes(SqliteConnection connection, long run)
    {
        using var command = Command(connection, "SELECT sha256 FROM _ws_batch WHERE run = @run ORDER BY number", ("@run", run));
        using var rows = command.ExecuteReader();
        var hashes = new List<byte[]>();
        while (rows.Read())
        {
            hashes.Add(rows.GetFieldValue<byte[]>(0));
        }

        return hashes;
    }

    /// <summary>How many batches are safe, and up to which number none is missing.</summary>
    public static (int Received, int Through) Progress(SqliteConnection connection, long run)
    {
        var numbers = Numbers(connection, "SELECT number FROM _ws_batch WHERE run = @run ORDER BY number", ("@run", run));
        var through = 0;
        while (through < numbers.Count && numbers[through] == through + 1)
        {
            through++;
        }

        return (numbers.Count, through);
    }

    /// <summary>The batches of a run, in order, read one by one.</summary>
    public static IEnumerable<StoredBatch> Batches(SqliteConnection connection, long run)
    {
        using var command = Command(connection, "SELECT number, sha256, totals, payload FROM _ws_batch WHERE run = @run ORDER BY number", ("@run", run));
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return new StoredBatch(
                rows.GetInt32(0),
                rows.GetFieldValue<byte[]>(1),
                JsonSerializer.Deserialize(rows.GetString(2), ProtocolJson.Default.ControlTotals)!,
                rows.IsDBNull(3) ? null : rows.GetFieldValue<byte[]>(3));
        }
    }

    public static StoredSync? FindTable(SqliteConnection connection, string table)
    {
        using var command = Command(connection, "SELECT agent, last_run, proposed, accepted FROM _ws_sync WHERE table_name = @table", ("@table", table));
        using var rows = command.ExecuteReader();
        return rows.Read()
            ? new StoredSync(table, rows.GetString(0), rows.IsDBNull(1) ? null : rows.GetString(1), Schema(rows, 2), Schema(rows, 3))
            : null;
    }

    /// <summary>The table is as its agent sees it: the totals were equal. Whatever waited for a word is settled.</summary>
    public static void Reconciled(SqliteConnection connection, string table, string agent, string run) => Run(
        connection,
        """
        INSERT INTO _ws_sync (table_name, agent, last_run, reconciled) VALUES (@table, @agent, @run, 1)
        ON CONFLICT (table_name) DO UPDATE SET agent = excluded.agent, last_run = excluded.last_run, reconciled = 1, proposed = NULL, accepted = NULL
        """,
        ("@table", table),
        ("@agent", agent),
        ("@run", run));

    public static void NotReconciled(SqliteConnection connection, string table) =>
        Run(connection, "UPDATE _ws_sync SET reconciled = 0 WHERE table_name = @table COLLATE NOCASE", ("@table", table));

    public static void Propose(SqliteConnection connection, string table, SyncSchema proposed) => Run(
        connection,
        "UPDATE _ws_sync SET proposed = @schema WHERE table_name = @table",
        ("@table", table),
        ("@schema", JsonSerializer.Serialize(proposed, ProtocolJson.Default.SyncSchema)));

    public static void Accept(SqliteConnection connection, string table) =>
        Run(connection, "UPDATE _ws_sync SET accepted = proposed, proposed = NULL WHERE table_name = @table", ("@table", table));

    /// <summary>An import made the table anew: it is no agent's any more.</summary>
    public static void Forget(SqliteConnection connection, string table)
    {
        if (Exists(connection))
        {
            Run(connection, "DELETE FROM _ws_sync WHERE table_name = @table", ("@table", table));
        }
    }

    /// <summary>By table: whether its last run came to equal totals.</summary>
    public static IReadOnlyDictionary<string, bool> ReconciledTables(SqliteConnection connection)
    {
        var tables = new Dictionary<string, bool>(StringComparer.Ordinal);
        if (!Exists(connection))
        {
            return tables;
        }

        using var command = Command(connection, "SELECT table_name, reconciled FROM _ws_sync WHERE last_run IS NOT NULL");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            tables.Add(rows.GetString(0), rows.GetInt64(1) == 1);
        }

        return tables;
    }

    /// <summary>How an open run goes.</summary>
    public static RunPace PaceOf(SqliteConnection connection, long run)
    {
        using var command = Command(
            connection,
            """
            SELECT request ->> 'expected_rows', rows_in, coalesce(request ->> 'begun_at', started_at), coalesce(request ->> 'begun_rows', 0), touched_at
            FROM _ws_run WHERE number = @run
            """,
            ("@run", run));
        using var rows = command.ExecuteReader();
        rows.Read();
        return new RunPace(
            rows.IsDBNull(0) ? null : rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(3),
            DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(2)), DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(4)));
    }

    /// <summary>Newest first.</summary>
    public static IReadOnlyList<SyncLogEntry> Log(SqliteConnection connection, long? before, int limit)
    {
        using var command = Command(
            connection,
            """
            SELECT number, id, agent, table_name, request ->> 'mode', started_at, rows_in, coalesce(result ->> 'changed', 0), coalesce(result ->> 'deleted', 0), bytes,
                coalesce(ended_at, touched_at) - started_at, outcome, result ->> 'totals'
            FROM _ws_run WHERE @before IS NULL OR number < @before ORDER BY number DESC LIMIT @limit
            """,
            ("@before", (object?)before ?? DBNull.Value),
            ("@limit", limit));
        using var rows = command.ExecuteReader();
        var log = new List<SyncLogEntry>();
        while (rows.Read())
        {
            log.Add(new SyncLogEntry(
                rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetString(4), DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(5)),
                rows.GetInt64(6), rows.GetInt64(7), rows.GetInt64(8), rows.GetInt64(9), rows.GetInt64(10), rows.GetString(11),
                rows.IsDBNull(12) ? null : JsonSerializer.Deserialize(rows.GetString(12), ProtocolJson.Default.ControlTotals)));
        }

        return log;
    }

    private static SyncSchema? Schema(SqliteDataReader rows, int column) =>
        rows.IsDBNull(column) ? null : JsonSerializer.Deserialize(rows.GetString(column), ProtocolJson.Default.SyncSchema);

    private static List<long> Numbers(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var rows = command.ExecuteReader();
        var numbers = new List<long>();
        while (rows.Read())
        {
            numbers.Add(rows.GetInt64(0));
        }

        return numbers;
    }

    private static void Run(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteScalar();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
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

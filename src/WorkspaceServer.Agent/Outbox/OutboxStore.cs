using Microsoft.Data.Sqlite;

namespace WorkspaceServer.Agent.Outbox;

/// <summary>The file in which the agent remembers what the server has, and keeps what is on its way: after a power cut it goes on where it was.</summary>
/// <remarks>Hashes are keyed and values encrypted (<see cref="OutboxKey"/>); names of tables and columns, and counts, are plain.</remarks>
internal sealed class OutboxStore : IDisposable
{
    private const int Version = 1;

    // A write that the disk has not yet forgets no more than the last acknowledgements; the server says then what it has.
    private const string Setup = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY;";

    private const string Schema = """
        CREATE TABLE sync_table (
            id INTEGER PRIMARY KEY, source TEXT NOT NULL, name TEXT NOT NULL, schema TEXT, last_run TEXT, content_hash BLOB, next_slot INTEGER NOT NULL DEFAULT 0,
            UNIQUE (source, name)) STRICT;
        CREATE TABLE row_state (
            table_id INTEGER NOT NULL, key_hash BLOB NOT NULL, row_hash BLOB NOT NULL, slot INTEGER NOT NULL, key BLOB NOT NULL,
            PRIMARY KEY (table_id, key_hash)) STRICT, WITHOUT ROWID;
        CREATE TABLE pending_row (
            table_id INTEGER NOT NULL, key_hash BLOB NOT NULL, row_hash BLOB, slot INTEGER NOT NULL, key BLOB,
            PRIMARY KEY (table_id, key_hash)) STRICT, WITHOUT ROWID;
        CREATE TABLE pending_run (table_id INTEGER PRIMARY KEY, run TEXT NOT NULL, request TEXT NOT NULL, totals TEXT NOT NULL, content_hash BLOB, next_slot INTEGER NOT NULL) STRICT;
        CREATE TABLE pending_batch (
            table_id INTEGER NOT NULL, number INTEGER NOT NULL, sha256 BLOB NOT NULL, rows INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (table_id, number)) STRICT;
        CREATE TABLE source_object (
            source TEXT NOT NULL, type TEXT NOT NULL, guid TEXT NOT NULL, alter_id INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (source, type, guid)) STRICT, WITHOUT ROWID;
        PRAGMA user_version = 1;
        """;

    private readonly SqliteConnection connection;

    public OutboxStore(string path, OutboxKey key)
    {
        Key = key;
        CreateClosed(path);
        connection = LocalDatabase.Open(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            Execute(Setup);
            switch ((long)Scalar("PRAGMA user_version")!)
            {
                case 0:
                    Execute(Schema);
                    break;
                case Version:
                    break;
                default:
                    throw new AgentException(AgentProblem.BadConfiguration, $"{path} was written by a newer agent. Use that one, or remove the file: the next sync sends every table once more.");
            }
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            if (LocalDatabase.CannotWrite(error))
            {
                throw LocalDatabase.Explain(error, Path.GetDirectoryName(path)!);
            }

            throw new AgentException(AgentProblem.BadConfiguration, $"{path} cannot be used: {error.Message} If it is damaged, remove it: the next sync sends every table once more.", error);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public OutboxKey Key { get; }

    /// <summary>Begins a transaction; what is not committed when it is disposed of is undone.</summary>
    public OutboxTransaction Begin() => new(this);

    public SqliteCommand Prepare(string statement, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = statement;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    public void Execute(string statement, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = With(statement, values);
        command.ExecuteNonQuery();
    }

    public object? Scalar(string statement, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = With(statement, values);
        return command.ExecuteScalar() is var value and not DBNull ? value : null;
    }

    public IEnumerable<T> Read<T>(string statement, Func<SqliteDataReader, T> read, params (string Name, object? Value)[] values)
    {
        using var command = With(statement, values);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return read(reader);
        }
    }

    public void Dispose() => connection.Dispose();

    private SqliteCommand With(string statement, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = statement;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    /// <summary>SQLite gives its side files the mode of the file, so it is made closed before it is opened.</summary>
    private static void CreateClosed(string path)
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(path))
        {
            new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
        }
    }
}

/// <summary>A transaction that commands made before it take part in, which the driver's own does not allow.</summary>
internal sealed class OutboxTransaction : IDisposable
{
    private readonly OutboxStore store;
    private bool isOpen = true;

    public OutboxTransaction(OutboxStore store)
    {
        this.store = store;
        store.Execute("BEGIN IMMEDIATE");
    }

    public void Commit()
    {
        store.Execute("COMMIT");
        isOpen = false;
    }

    public void Dispose()
    {
        if (isOpen)
        {
            isOpen = false;
            store.Execute("ROLLBACK");
        }
    }
}

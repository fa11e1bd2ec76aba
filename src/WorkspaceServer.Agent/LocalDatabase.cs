using Microsoft.Data.Sqlite;

namespace WorkspaceServer.Agent;

/// <summary>Opens SQLite files on this computer: the agent's own, and those of people that are sources. Nothing else here does.</summary>
/// <remarks>They are plain files: the agent's own holds only what it has encrypted or hashed with its key. The server's files are never here.</remarks>
internal static class LocalDatabase
{
    /// <summary>SQLITE_FULL and SQLITE_IOERR; sqlite.org/rescode.html.</summary>
    private const int Full = 13;
    private const int WriteFailed = 10;

    static LocalDatabase() => SQLitePCL.Batteries_V2.Init();

    public static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        // Without pooling a closed file is closed: it can be moved and deleted at once.
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString();
#pragma warning disable RS0030 // The agent has no Vault; this is its one place.
        var connection = new SqliteConnection(text);
#pragma warning restore RS0030
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether the disk is full or fails, in which case the file is as good as it was.</summary>
    public static bool CannotWrite(SqliteException error) => error.SqliteErrorCode is Full or WriteFailed;

    public static AgentException Explain(SqliteException error, string folder) => new(
        AgentProblem.NoRoom, $"The agent cannot write to {folder}: {(error.SqliteErrorCode == Full ? "the disk is full" : error.Message)}. Make room there; nothing is lost, and the next sync goes on.", error);
}

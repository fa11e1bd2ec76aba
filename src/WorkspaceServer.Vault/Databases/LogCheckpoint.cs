using Microsoft.Data.Sqlite;

namespace WorkspaceServer.Vault.Databases;

/// <summary>Copies committed pages from a database's log into the database itself, when its owner says so and not when a commit happens to be the one too many.</summary>
/// <remarks>
/// By itself SQLite does it within the commit that makes the log 1,000 pages long. While somebody holds a moment, as a backup does, the log cannot be copied, grows on, and the first
/// commit afterwards would copy all of it. A passive checkpoint stands in nobody's way, whoever runs it: sqlite.org/c3ref/wal_checkpoint_v2.html.
/// </remarks>
public static class LogCheckpoint
{
    // sqlite.org/walformat.html, section 2.1: the header has the number of frames at 16 and the salt at 32, what follows its two copies has the number of copied ones at 96.
    private const int FramesOffset = 16;
    private const int SaltOffset = 32;
    private const int CopiedOffset = 96;

    /// <summary>From now on no commit of this connection copies anything by itself.</summary>
    public static void TakeOver(SqliteConnection connection) => Run(connection, "PRAGMA wal_autocheckpoint = 0");

    /// <summary>How many pages the log holds, how many of them the database has already, and a number that is another one each time that the log is begun anew. All may be outdated at once.</summary>
    public static unsafe (int Pages, int Copied, int Salt) State(SqliteConnection connection)
    {
        var index = NativeFile.Database(connection.Handle!).SharedIndex();
        return (Volatile.Read(ref *(int*)(index + FramesOffset)), Volatile.Read(ref *(int*)(index + CopiedOffset)), Volatile.Read(ref *(int*)(index + SaltOffset)));
    }

    /// <summary>Copies what can be copied without waiting for anybody.</summary>
    public static void Copy(SqliteConnection connection) => Run(connection, "PRAGMA wal_checkpoint(PASSIVE)");

    private static void Run(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = pragma;
        command.ExecuteScalar();
    }
}

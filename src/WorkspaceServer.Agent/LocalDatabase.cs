using Microsoft.Data.Sqlite;

namespace WorkspaceServer.Agent;

/// <summary>Opens SQLite files on this computer: the agent's own, and those of people that are sources. Nothing else here does.</summary>
/// <remarks>They are plain files: the agent's own holds only what it has encrypted or hashed with its key. The server's files are never here.</remarks>
internal static class LocalDatabase
{
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
}

using Microsoft.Data.Sqlite;

namespace WorkspaceServer.Vault.Databases;

/// <summary>Tells a full disk from what else makes a statement fail.</summary>
public static class FullDisk
{
    // SQLITE_FULL; sqlite.org/rescode.html.
    private const int Code = 13;

    /// <summary>Whether a database failed with this because the disk had no room; its transaction is rolled back then.</summary>
    public static bool Caused(Exception error) => error is SqliteException { SqliteErrorCode: Code };
}

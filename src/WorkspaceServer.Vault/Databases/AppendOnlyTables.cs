using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WorkspaceServer.Vault.Databases;

/// <summary>Makes tables append-only for one connection, by asking at the compilation of every statement: sqlite.org/c3ref/set_authorizer.html.</summary>
/// <remarks>
/// Triggers in the schema say the same for every connection; this wall stands even where a statement would first remove the trigger,
/// shadow the table with a temporary one or write to the schema.
/// </remarks>
public static class AppendOnlyTables
{
    /// <summary>Refuses, for as long as the connection lives, to change or delete rows of the tables and to change the tables themselves.</summary>
    /// <param name="appendOnly">Rows may only be added.</param>
    /// <param name="kept">Rows may be added and changed, but the table stays as it is.</param>
    public static void Protect(SqliteConnection connection, IReadOnlyList<string> appendOnly, IReadOnlyList<string> kept)
    {
        delegate_authorizer authorizer = (_, action, first, second, _, _) => Decide(action, first, second, appendOnly, kept);
        var code = raw.sqlite3_set_authorizer(connection.Handle!, authorizer, null);
        if (code != raw.SQLITE_OK)
        {
            throw new VaultException(VaultError.Library, $"The authorizer of a database cannot be set (code {code}).");
        }
    }

    private static int Decide(int action, utf8z first, utf8z second, IReadOnlyList<string> appendOnly, IReadOnlyList<string> kept)
    {
        // An exception that crossed SQLite's frames would end the process: whatever happens, the answer is no.
        try
        {
            bool IsOneOf(IReadOnlyList<string> names, utf8z name) => name.utf8_to_string() is { } text && names.Contains(text, StringComparer.OrdinalIgnoreCase);
            bool IsEither(utf8z name) => IsOneOf(appendOnly, name) || IsOneOf(kept, name);
            var isRefused = action switch
            {
                raw.SQLITE_DELETE or raw.SQLITE_UPDATE => IsOneOf(appendOnly, first),
                raw.SQLITE_DROP_TABLE or raw.SQLITE_CREATE_TEMP_TABLE or raw.SQLITE_CREATE_TEMP_VIEW => IsEither(first),
                raw.SQLITE_DROP_TRIGGER or raw.SQLITE_DROP_INDEX or raw.SQLITE_CREATE_TRIGGER or raw.SQLITE_CREATE_TEMP_TRIGGER or raw.SQLITE_ALTER_TABLE => IsEither(second),
                raw.SQLITE_PRAGMA => first.utf8_to_string().Equals("writable_schema", StringComparison.OrdinalIgnoreCase),
                _ => false,
            };
            return isRefused ? raw.SQLITE_DENY : raw.SQLITE_OK;
        }
#pragma warning disable CA1031 // See above.
        catch (Exception)
#pragma warning restore CA1031
        {
            return raw.SQLITE_DENY;
        }
    }
}

using Microsoft.Data.Sqlite;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Testing;

/// <summary>FTS5's own comparison of each index with the rows that it stands for (sqlite.org/fts5.html, section 6.6).</summary>
internal static class FullTextCheck
{
    /// <summary>Those whose index lists a word that no row has, or misses one.</summary>
    /// <param name="connection">One that may write: the check is written as an INSERT, which changes nothing.</param>
    public static IReadOnlyList<string> Damages(SqliteConnection connection)
    {
        var damages = new List<string>();
        foreach (var index in CatalogStore.ReadIn(connection).Tables.Select(table => table.FullTextTable).OfType<string>())
        {
            using var command = connection.CreateCommand();

            // With rank 1 the rows are looked at too; without, only whether the index agrees with itself.
            command.CommandText = $"INSERT INTO {Identifiers.Quote(index)} ({Identifiers.Quote(index)}, rank) VALUES ('integrity-check', 1)";
            try
            {
                command.ExecuteNonQuery();
            }
            catch (SqliteException error)
            {
                damages.Add($"{index}: {error.Message}");
            }
        }

        return damages;
    }
}

using Microsoft.Data.Sqlite;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces;

/// <summary>The names that <see cref="IdentifiersTests"/> lists, tried on the real file.</summary>
[Trait("claim", "A68")]
public sealed class HostileNamesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // SQLite itself says what it understood: the table must have exactly the name that was quoted, and be the only one.
    [Fact]
    public void SqliteReadsAQuotedNameAsThatName()
    {
        using var folder = new TemporaryFolder();
        MasterKey.Create(folder.File("master.key"));
        using var master = MasterKey.Load(folder.File("master.key"));
        using var key = KeyDerivation.ForControl(master);
        using var connection = EncryptedDatabase.Open(folder.File("names.db"), key, DatabaseAccess.Create);
        var names = IdentifiersTests.Hostile.Select(row => row.Data).Where(name => !name.Contains('\0', StringComparison.Ordinal)).Append("\"; DROP TABLE \"*\"; --").ToList();
        foreach (var name in names)
        {
            Run(connection, $"CREATE TABLE {Identifiers.Quote(name)} ({Identifiers.Quote(name + "x")} TEXT)");
        }

        using var command = connection.CreateCommand();
        command.CommandText = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c ORDER BY t.rowid";
        using var rows = command.ExecuteReader();
        var found = new List<(string, string)>();
        while (rows.Read())
        {
            found.Add((rows.GetString(0), rows.GetString(1)));
        }

        Assert.Equal(names.Select(name => (name, name + "x")), found);
    }

    [Fact]
    public async Task NoHostileNameReachesATable()
    {
        await using var server = new TemporaryWorkspaces();
        var books = server.Create();
        foreach (var name in IdentifiersTests.Hostile.Select(row => row.Data))
        {
            var plain = new ColumnSchema("a", ColumnType.Text);
            TableSchema[] schemas =
            [
                new TableSchema(name, [plain]), new TableSchema("t", [new ColumnSchema(name, ColumnType.Text)]), new TableSchema("t", [plain], KeyColumn: name),
            ];
            foreach (var schema in schemas)
            {
                var refusal = await Assert.ThrowsAsync<ProblemException>(() => server.Gateway.BeginLoadAsync(books, schema, Cancel));
                Assert.Equal(ProblemCodes.InvalidData, refusal.Code);
            }
        }

        Assert.Equal(["_ws_load", "_ws_table"], server.TablesInFile(books));
    }

    // order + line_id and order_line + id would both make key_order_line_id.
    [Fact]
    public async Task NamesThatRunTogetherDoNotCollide()
    {
        await using var server = new TemporaryWorkspaces();
        var books = server.Create();

        await server.LoadAsync(books, new TableSchema("order", [new ColumnSchema("line_id", ColumnType.Integer)], "line_id"), [[1]], Cancel);
        await server.LoadAsync(books, new TableSchema("order_line", [new ColumnSchema("id", ColumnType.Integer)], "id"), [[1]], Cancel);

        Assert.Equal(2, (await server.Gateway.GetCatalogAsync(books, ReadAccess.Everything, Cancel)).Tables.Count);
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

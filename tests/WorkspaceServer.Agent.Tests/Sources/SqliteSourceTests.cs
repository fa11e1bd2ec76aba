using Microsoft.Data.Sqlite;
using WorkspaceServer.Agent.Sources.Sql;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

public sealed class SqliteSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ValuesOfEveryKindArriveAsText()
    {
        var path = folder.File("books.db");
        using (var connection = LocalDatabase.Open(path, SqliteOpenMode.ReadWriteCreate))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = """
                CREATE TABLE "odd ""name" (id INTEGER, part INTEGER, code TEXT, amount DECIMAL(10,2), day DATE, raw BLOB, PRIMARY KEY (part, id));
                INSERT INTO "odd ""name" VALUES (1, 2, '007', 1234.56, '2024-02-29', x'00ff'), (9223372036854775807, 3, 'a' || char(0) || 'b', 12.0, NULL, NULL);
                CREATE VIEW totals AS SELECT 1 AS one;
                """;
            command.ExecuteNonQuery();
        }

        var source = new SqlSource(new SqliteDialect(), path);

        var tables = await source.ListAsync(CancellationToken.None);
        var (columns, rows) = await ReadAll.OfAsync(source, "odd \"name");

        Assert.Equal(["odd \"name", "totals"], tables.Select(table => table.Name));
        Assert.Equal(["part", "id"], tables[0].Key);
        Assert.Equal([SyncType.Integer, SyncType.Integer, SyncType.Text, null, null, null], columns.Select(column => column.Type));
        Assert.Equal(["1", "2", "007", "1234.56", "2024-02-29", "00ff"], rows[0]);
        Assert.Equal(["9223372036854775807", "3", "a\0b", "12", null, null], rows[1]);
    }

    [Fact]
    public async Task TheFileIsNotWritten()
    {
        var path = folder.File("books.db");
        using (var connection = LocalDatabase.Open(path, SqliteOpenMode.ReadWriteCreate))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "CREATE TABLE t (a); INSERT INTO t VALUES (1);";
            command.ExecuteNonQuery();
        }

        var before = File.ReadAllBytes(path);
        await ReadAll.OfAsync(new SqlSource(new SqliteDialect(), path), "t");

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }
}

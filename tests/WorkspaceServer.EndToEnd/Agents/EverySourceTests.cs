using System.Text.Json;
using WorkspaceServer.Agent.Tests.Sources;
using WorkspaceServer.Agent.Tests.Sources.SqlServer;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>The sample books, 13 tables and about 50,000 rows, from each kind of source through the real agent to the real server: totals are equal there, before and after a change.</summary>
public sealed class EverySourceTests(PostgresServer postgres, MariaDbServer mariaDb) : IClassFixture<PostgresServer>, IClassFixture<MariaDbServer>
{
    [Fact]
    [Trait("claim", "E9")]
    [Trait("claim", "E10")]
    public async Task ExcelFilesComeToTheSameTotals()
    {
        using var folder = new TemporaryFolder();
        await SyncAsync(new ExcelFolder(folder.File("books")));
    }

    [Fact]
    [Trait("claim", "E9")]
    [Trait("claim", "E10")]
    public async Task SqliteComesToTheSameTotals()
    {
        using var folder = new TemporaryFolder();
        await SyncAsync(new SampleSqlite(folder));
    }

    [Fact]
    [Trait("claim", "E10")]
    public async Task PostgresComesToTheSameTotals()
    {
        Assert.SkipUnless(postgres.Missing is null, postgres.Missing ?? "");
        using var folder = new TemporaryFolder();
        await SyncAsync(new SamplePostgres(folder, postgres.Connection));
    }

    [Fact]
    [Trait("claim", "E10")]
    public async Task MariaDbComesToTheSameTotals()
    {
        Assert.SkipUnless(mariaDb.Missing is null, mariaDb.Missing ?? "");
        using var folder = new TemporaryFolder();
        await SyncAsync(new SampleMySql(folder, await mariaDb.NewDatabaseAsync()));
    }

    /// <summary>Not SQL Server, which cannot be had here, but its driver, its protocol and its parser; the agent has the cultures that it has on Windows. The beginning of each table is enough.</summary>
    [Fact]
    [Trait("claim", "E10")]
    public async Task SqlServersPeerComesToTheSameTotals()
    {
        using var folder = new TemporaryFolder();
        await using var peer = new SqlServerPeer();

        await SyncAsync(new SampleSqlServer(folder, peer), new SampleTables(mostRows: 1_500), hasCultures: true);

        Assert.Empty(peer.Refused);
        Assert.Equal((true, true), peer.WasEncrypted);
        Assert.Equal(peer.Transactions.Count / 2, peer.Transactions.Count(each => each == "roll back"));
    }

    private static async Task SyncAsync(SampleSource source, SampleTables? some = null, bool hasCultures = false)
    {
        var tables = some ?? new SampleTables();
        foreach (var (schema, rows) in tables.All)
        {
            await source.WriteAsync(schema, rows);
        }

        await using var house = await AgentHouse.StartAsync(hasCultures: hasCultures);
        await house.PairAsync(source.Arguments);
        var first = await OutcomesAsync(house);
        Assert.All(tables.All, table => Assert.Equal((table.Rows.Count, table.Rows.Count, 0), first[table.Schema.Name]));
        await CompareAsync(house, tables);

        // One changed, one gone, one new; the other tables cost nothing.
        var items = tables["stock_items"];
        SqlValue[] added = [.. items[0]];
        added[0] = items.Max(row => row[0].AsInteger()) + 1;
        items[1][1] = "Changed – बदला 🧾";
        items[1][5] = 0.05;
        items.RemoveAt(2);
        items.Add(added);
        await source.WriteAsync(tables.All.Single(table => table.Rows == items).Schema, items);
        var second = await OutcomesAsync(house);
        Assert.All(tables.All, table => Assert.Equal(table.Rows == items ? (items.Count, 2, 1) : (table.Rows.Count, 0, 0), second[table.Schema.Name]));
        await CompareAsync(house, tables);
    }

    private static async Task CompareAsync(AgentHouse house, SampleTables tables)
    {
        foreach (var (schema, rows) in tables.All)
        {
            Assert.Equal((schema.Name, SampleTables.Answer(schema, rows)), (schema.Name, await house.AskAsync(SampleTables.Question(schema))));
        }
    }

    private static async Task<Dictionary<string, (int Rows, int Changed, int Deleted)>> OutcomesAsync(AgentHouse house) =>
        (await house.Agent.SucceedAsync("sync", "--once", "--json")).Json.GetProperty("tables").EnumerateArray().ToDictionary(table => table.GetProperty("table").GetString()!, Counts);

    private static (int Rows, int Changed, int Deleted) Counts(JsonElement table) =>
        (table.GetProperty("rows").GetInt32(), table.GetProperty("changed").GetInt32(), table.GetProperty("deleted").GetInt32());
}

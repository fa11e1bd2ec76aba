using System.Text.Json;
using ModelContextProtocol.Protocol;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

/// <summary>What each tool answers, asked by a real client over real HTTP. Expected values stand in <see cref="SmallBooks"/>.</summary>
public sealed class ToolsTests(McpFixture fixture) : IClassFixture<McpFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "E8")]
    public async Task ListTablesNamesEveryTableWithItsSizeAndAge()
    {
        var answer = await StructuredAsync("list_tables", "{}");

        Assert.Equal(["invoices", "parties"], answer.GetProperty("tables").EnumerateArray().Select(table => table.GetProperty("name").GetString()));
        var invoices = answer.GetProperty("tables")[0];
        Assert.Equal(4, invoices.GetProperty("rows").GetInt32());
        Assert.Equal(5, invoices.GetProperty("columns").GetInt32());
        Assert.Equal("Sales invoices", invoices.GetProperty("description").GetString());
        Assert.False(answer.GetProperty("truncated").GetBoolean());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", answer.GetProperty("as_of").GetString());
    }

    [Fact]
    [Trait("claim", "E8")]
    public async Task DescribeTableSaysWhatColumnsMean()
    {
        var answer = await StructuredAsync("describe_table", """{"table":"INVOICES"}""");

        Assert.Equal("invoices", answer.GetProperty("table").GetString());
        Assert.Equal("number", answer.GetProperty("key").GetString());
        var columns = answer.GetProperty("columns").EnumerateArray().ToDictionary(column => column.GetProperty("name").GetString()!);
        Assert.Equal(["number", "party", "invoice_date", "amount", "note"], columns.Keys);
        Assert.Equal("parties.code", columns["party"].GetProperty("references").GetString());
        Assert.Equal("date (text YYYY-MM-DD)", columns["invoice_date"].GetProperty("type").GetString());
        Assert.Equal(SmallBooks.Total, columns["amount"].GetProperty("total").GetString());
    }

    [Fact]
    [Trait("claim", "E8")]
    public async Task ExecuteSqlAnswersInValuesAndInText()
    {
        var result = await fixture.Client.CallAsync(
            "execute_sql", """{"sql":"SELECT p.name, sum(i.amount) AS total, count(i.note) AS notes, NULL AS blank FROM invoices i JOIN parties p ON p.code = i.party GROUP BY 1 ORDER BY 2 DESC"}""", Cancel);
        Assert.True(result.IsError is not true, result.Text());
        var answer = result.StructuredContent!.Value;

        // Two invoices of 1000.5 for the first party, and so on; the note of invoice 2 is NULL, that of 4 is empty.
        Assert.Equal("""["name","total","notes","blank"]""", answer.GetProperty("columns").GetRawText());
        Assert.Equal([SmallBooks.Devanagari, "O\"Brien & Sons <b>", SmallBooks.Hostile], answer.GetProperty("rows").EnumerateArray().Select(row => row[0].GetString()));
        Assert.Equal(["2001", "1000.5", "250.25"], answer.GetProperty("rows").EnumerateArray().Select(row => row[1].GetRawText()));
        Assert.Equal([1, 1, 1], answer.GetProperty("rows").EnumerateArray().Select(row => row[2].GetInt32()));
        Assert.All(answer.GetProperty("rows").EnumerateArray(), row => Assert.Equal(JsonValueKind.Null, row[3].ValueKind));
        Assert.Equal(3, answer.GetProperty("row_count").GetInt32());
        Assert.Contains($"[\"{SmallBooks.Devanagari}\",2001,1,null]", result.Text(), StringComparison.Ordinal);
        Assert.Contains("[\"O\\\"Brien & Sons <b>\",1000.5,1,null]", result.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStatementThatReadsNoTableHasNoAsOfTime()
    {
        var result = await fixture.Client.CallAsync("execute_sql", """{"sql":"SELECT 1"}""", Cancel);

        Assert.False(result.StructuredContent!.Value.TryGetProperty("as_of", out _));
        Assert.Contains("no table was read", result.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchFindsRowsThatFetchOpens()
    {
        var found = await StructuredAsync("search", """{"query":"copper pip"}""");
        var hit = Assert.Single(found.GetProperty("results").EnumerateArray());
        Assert.Equal("invoices/3", hit.GetProperty("id").GetString());
        Assert.Equal("workspace://row/invoices/3", hit.GetProperty("url").GetString());

        var row = await StructuredAsync("fetch", $$"""{"id":{{hit.GetProperty("id").GetRawText()}}}""");
        Assert.Equal("invoices/3", row.GetProperty("id").GetString());
        Assert.Contains("amount: 1000.5\n", row.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("note: \"copper pipe\"\n", row.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True(row.GetProperty("metadata").TryGetProperty("as_of", out _));
    }

    [Fact]
    public async Task SearchFindsDevanagari()
    {
        var found = await StructuredAsync("search", """{"query":"रमेश"}""");

        Assert.Equal(SmallBooks.Devanagari, Assert.Single(found.GetProperty("results").EnumerateArray()).GetProperty("snippet").GetString());
    }

    [Fact]
    public async Task SearchCanBeKeptToOneTableAndToAFewHits()
    {
        var one = await StructuredAsync("search", """{"query":"pune","table":"parties","limit":1}""");
        var none = await StructuredAsync("search", """{"query":"pune","table":"invoices"}""");

        Assert.Single(one.GetProperty("results").EnumerateArray());
        Assert.True(one.GetProperty("truncated").GetBoolean());
        Assert.Empty(none.GetProperty("results").EnumerateArray());
    }

    [Fact]
    public async Task SyncStatusSaysHowFreshEachTableIs()
    {
        var answer = await StructuredAsync("sync_status", "{}");

        Assert.Equal(2, answer.GetProperty("tables").GetArrayLength());
        Assert.All(answer.GetProperty("tables").EnumerateArray(), table => Assert.Equal("small-books", table.GetProperty("source").GetString()));
        Assert.True(string.CompareOrdinal(answer.GetProperty("now").GetString(), answer.GetProperty("as_of").GetString()) >= 0);
    }

    [Theory]
    [InlineData("execute_sql", """{"sql":"SELECT amt FROM invoices"}""", "invalid_sql: no such column: amt. Did you mean invoices.amount?")]
    [InlineData("execute_sql", """{"sql":"SELECT i.amuont FROM invoices i"}""", "no such column: i.amuont. Did you mean invoices.amount?")]
    [InlineData("execute_sql", """{"sql":"SELECT 1 FROM invoice"}""", "no such table: invoice. Did you mean invoices?")]
    [InlineData("execute_sql", """{"sql":"SELECT 1 FROM zebra"}""", "no such table: zebra. Call list_tables")]
    [InlineData("execute_sql", """{"sql":"SELECT zebra FROM parties"}""", "no such column: zebra. Call describe_table for the columns of parties.")]
    [InlineData("execute_sql", """{"sql":"SELECT date_trunc('month', invoice_date) FROM invoices"}""", "This is SQLite")]
    [InlineData("execute_sql", """{"sql":"SELECT TOP 5 * FROM invoices"}""", "This is SQLite")]
    [InlineData("execute_sql", """{"sql":"DELETE FROM invoices"}""", "not_readable: Only SELECT")]
    [InlineData("execute_sql", """{"sql":"SELECT 1; SELECT 2"}""", "Only one statement")]
    [InlineData("describe_table", """{"table":"partys"}""", "There is no table \"partys\". Did you mean parties?")]
    [InlineData("search", """{"query":"x","table":"partys"}""", "Did you mean parties?")]
    [InlineData("fetch", """{"id":"invoices"}""", "id must be table/key")]
    [InlineData("fetch", """{"id":"invoices/99"}""", "not_found: invoices has no row with this key.")]
    [InlineData("fetch", """{"id":"invoice/1"}""", "Did you mean invoices?")]
    public async Task MistakesAreAnsweredWithWhatToDo(string tool, string arguments, string expected)
    {
        var result = await fixture.Client.CallAsync(tool, arguments, Cancel);

        Assert.True(result.IsError);
        Assert.Contains(expected, result.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunawayIsCutOffAndTheClientLearnsWhy()
    {
        await using var server = await RunningServer.StartAsync(query: new() { DeadlineMilliseconds = 200 });
        await using var client = await McpClients.ConnectAsync(server, server.Token(), Cancel);

        var result = await client.CallAsync(
            "execute_sql", """{"sql":"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"}""", Cancel);

        Assert.True(result.IsError);
        Assert.StartsWith("deadline_exceeded: ", result.Text(), StringComparison.Ordinal);
    }

    private async Task<JsonElement> StructuredAsync(string tool, string arguments)
    {
        CallToolResult result = await fixture.Client.CallAsync(tool, arguments, Cancel);
        Assert.True(result.IsError is not true, result.Text());
        return result.StructuredContent!.Value;
    }
}

using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces;

public sealed class GatewayTests : IAsyncLifetime
{
    private static readonly TableSchema Parties = new(
        "parties",
        [
            new ColumnSchema("id", ColumnType.Text), new ColumnSchema("name", ColumnType.Text),
            new ColumnSchema("pan", ColumnType.Text), new ColumnSchema("balance", ColumnType.Decimal),
        ],
        KeyColumn: "id");

    private static readonly ReadAccess WithoutPan = new(["parties.pan"]);
    private readonly TemporaryWorkspaces server = new();
    private WorkspaceId books;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnswersComeWithTheirTime()
    {
        var answer = await server.AskAsync(books, "SELECT name, balance FROM parties ORDER BY balance DESC", Cancel);

        Assert.Equal(["name", "balance"], answer.Columns);
        Assert.Equal(["शर्मा ट्रेडर्स", "Mehta & Sons"], answer.Rows.Select(row => row[0].AsText()));
        Assert.Equal(1250.75, answer.Rows[0][1].AsReal());
        Assert.Equal(["parties.name", "parties.balance"], answer.Touched);
        Assert.NotNull(answer.AsOf);
        Assert.False(answer.Truncated);
    }

    [Fact]
    public async Task TotalsAreExact()
    {
        var catalog = await server.Gateway.GetCatalogAsync(books, ReadAccess.Everything, Cancel);

        Assert.Equal("1250.85", Assert.Single(catalog.Tables).Totals["balance"]);
    }

    [Fact]
    public async Task StarSkipsHiddenColumns()
    {
        var answer = await server.AskAsync(books, "SELECT * FROM parties", Cancel, WithoutPan);

        Assert.Equal(["id", "name", "balance"], answer.Columns);
    }

    [Theory]
    [InlineData("SELECT pan FROM parties")]
    [InlineData("SELECT main.parties.pan FROM main.parties")]
    [InlineData("SELECT * FROM main.parties")]
    [InlineData("SELECT name FROM parties ORDER BY pan")]
    [InlineData("SELECT name FROM main.parties ORDER BY pan")]
    [InlineData("SELECT count(*) FROM main.parties WHERE pan LIKE 'A%'")]
    [InlineData("SELECT sql FROM sqlite_schema")]
    [InlineData("SELECT count(*) FROM sqlite_schema")]
    [InlineData("SELECT * FROM _ws_table")]
    [InlineData("SELECT count(*) FROM _ws_table")]
    [InlineData("SELECT * FROM parties_fts")]
    [InlineData("SELECT count(*) FROM parties_fts WHERE parties_fts MATCH 'pan: AAAPA*'")]
    [InlineData("SELECT * FROM parties_fts_data")]
    [InlineData("SELECT * FROM pragma_table_info('parties')")]
    [InlineData("SELECT count(*) FROM pragma_table_info('parties')")]
    [InlineData("SELECT * FROM sqlite_stat1")]
    [InlineData("PRAGMA table_info(parties)")]
    [InlineData("EXPLAIN SELECT 1")]
    [InlineData("DELETE FROM parties")]
    [InlineData("WITH x AS (SELECT 1) DELETE FROM parties")]
    [InlineData("VACUUM INTO '/tmp/stolen.db'")]
    [InlineData("ATTACH '/etc/passwd' AS other")]
    [InlineData("SELECT load_extension('x')")]
    [InlineData("SELECT zeroblob(900000000)")]
    [InlineData("BEGIN")]
    public async Task WhatIsNotGrantedIsRefused(string sql)
    {
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => server.AskAsync(books, sql, Cancel, WithoutPan));

        Assert.Contains(refusal.Code, new[] { ProblemCodes.NotReadable, ProblemCodes.InvalidSql });
    }

    [Theory]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT 1; DELETE FROM parties")]
    public async Task OneStatementAtATime(string sql)
    {
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => server.AskAsync(books, sql, Cancel));

        Assert.Contains("one statement", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT 1 ; -- done")]
    [InlineData("WITH big AS (SELECT * FROM parties WHERE balance > 1) SELECT count(*) FROM big")]
    [InlineData("SELECT json_extract('{\"a\":1}', '$.a'), value FROM json_each('[1]')")]
    [InlineData("SELECT row_number() OVER (ORDER BY name) FROM parties")]
    [InlineData("SELECT p.name FROM parties_fts f JOIN parties p ON p.rowid = f.rowid WHERE parties_fts MATCH 'mehta'")]
    [InlineData("SELECT date('2026-01-31', '+1 month'), round(sqrt(2), 3), printf('%.2f', 1.5)")]
    public async Task UsefulStatementsPass(string sql) => Assert.Single((await server.AskAsync(books, sql, Cancel)).Rows.Take(1));

    [Fact]
    public async Task SearchFindsDevanagariAndPrefixes()
    {
        Assert.Equal("P1", Assert.Single((await SearchAsync("शर्मा")).Hits).Key);
        Assert.Equal("P2", Assert.Single((await SearchAsync("meht")).Hits).Key);
        Assert.Empty((await SearchAsync("\" OR pan:*")).Hits);
    }

    [Fact]
    public async Task SearchNeverLooksIntoHiddenColumns()
    {
        Assert.Single((await SearchAsync("AAAPA1234A")).Hits);
        Assert.Empty((await SearchAsync("AAAPA1234A", WithoutPan)).Hits);
        Assert.Single((await SearchAsync("Mehta", WithoutPan)).Hits);
    }

    [Fact]
    public async Task ARowIsFetchedByItsKey()
    {
        var row = await server.Gateway.FetchAsync(books, new FetchMessage("parties", "P1", WithoutPan, TimeSpan.FromSeconds(5)), Cancel);

        Assert.Equal(["id", "name", "balance"], row!.Columns);
        Assert.Equal("शर्मा ट्रेडर्स", row.Cells[1].AsText());
        Assert.Null(await server.Gateway.FetchAsync(books, new FetchMessage("parties", "P9", WithoutPan, TimeSpan.FromSeconds(5)), Cancel));
    }

    [Fact]
    public async Task ATableIsReplacedWhole_AndOldHandlesSeeIt()
    {
        await server.AskAsync(books, "SELECT * FROM parties", Cancel, WithoutPan);

        await server.LoadAsync(books, Parties with { Columns = [.. Parties.Columns, new ColumnSchema("secret", ColumnType.Text)] }, [["P3", "New", "X", 1.0, "s"]], Cancel);

        Assert.Equal(["id", "name", "balance", "secret"], (await server.AskAsync(books, "SELECT * FROM parties", Cancel, WithoutPan)).Columns);
    }

    [Fact]
    public async Task AnAbandonedLoadLeavesNothing()
    {
        var load = await server.Gateway.BeginLoadAsync(books, Parties with { Name = "half" }, Cancel);
        await server.Gateway.AppendAsync(books, load, [["P9", "x", "y", 1.0]], Cancel);

        await server.Gateway.AbandonLoadAsync(books, load, Cancel);

        Assert.Single((await server.Gateway.GetCatalogAsync(books, ReadAccess.Everything, Cancel)).Tables);
        await Assert.ThrowsAsync<ProblemException>(() => server.Gateway.CommitLoadAsync(books, load, Cancel));
    }

    [Fact]
    public async Task AKeyThatComesTwiceIsRefused_AndTheOldRowsStay()
    {
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => server.LoadAsync(books, Parties, [["P1", "a", "b", 1.0], ["P1", "c", "d", 2.0]], Cancel));

        Assert.Equal(ProblemCodes.InvalidData, refusal.Code);
        Assert.Equal(2, (await server.AskAsync(books, "SELECT count(*) FROM parties", Cancel)).Rows[0][0].AsInteger());
    }

    [Fact]
    public async Task ARunawayEndsAtItsDeadline_AndTheNextQuestionWorks()
    {
        const string runaway = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
        var question = new QueryMessage(runaway, ReadAccess.Everything, 1, 1000, TimeSpan.FromMilliseconds(300));

        var refusal = await Assert.ThrowsAsync<ProblemException>(() => server.Gateway.QueryAsync(books, question, Cancel));

        Assert.Equal(ProblemCodes.DeadlineExceeded, refusal.Code);
        Assert.Single((await server.AskAsync(books, "SELECT 1", Cancel)).Rows);
    }

    [Fact]
    public async Task ADeletedWorkspaceIsGone()
    {
        server.Lifecycle.Delete(books, _ => { });
        server.Changes.Changed();

        var refusal = await Assert.ThrowsAsync<ProblemException>(() => server.AskAsync(books, "SELECT 1", Cancel));

        Assert.Equal(ProblemCodes.NotFound, refusal.Code);
        Assert.False(Directory.Exists(server.Folder.FolderOf(books)));
    }

    public async ValueTask InitializeAsync()
    {
        books = server.Create();
        await server.LoadAsync(
            books, Parties, [["P1", "शर्मा ट्रेडर्स", "AAAPA1234A", 1250.75], ["P2", "Mehta & Sons", "BBBPB1234B", 0.1]], Cancel);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private Task<SearchAnswer> SearchAsync(string text, ReadAccess? access = null) =>
        server.Gateway.SearchAsync(books, new SearchMessage(text, null, 10, access ?? ReadAccess.Everything, TimeSpan.FromSeconds(5)), Cancel);
}

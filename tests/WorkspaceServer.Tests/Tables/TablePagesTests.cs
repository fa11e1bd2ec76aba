using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Tables;

/// <summary>The pages of tables over HTTP: what each role sees, what is recorded, and that no text is ever more than text.</summary>
public sealed class TablePagesTests : IAsyncLifetime
{
    private const string Hostile = "<script>alert(1)</script> \" ' & </td> =cmd|'/c calc'!A0 \u202Etxt";

    private AccountsServer house = null!;
    private TestBrowser browser = null!;
    private string home = null!;

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        home = $"/w/{house.Server.Workspace}";
        browser = await MemberAsync("asha@example.in", Role.Member);
        await LoadAsync("bills", [("id", ColumnType.Integer), ("party", ColumnType.Text), ("amount", ColumnType.Decimal), ("due", ColumnType.Date)], "id",
            [[1L, Hostile, 1218400.5, "2026-09-30"], [2L, "Nirmal Textiles", -42.25, SqlValue.Null], [3L, "-not a formula", 0.0, "2026-10-01"]]);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "A71")]
    public async Task HostileTextIsShownAsItIs()
    {
        await LoadAsync("odd", [("id", ColumnType.Integer)], "id", [[1L]], description: Hostile, source: Hostile);
        foreach (var path in (string[])["/tables", "/tables/bills", "/tables/bills/row?key=1", "/tables/bills/profile?column=party", "/tables/odd", $"/tables/bills?where=party~has~{Uri.EscapeDataString("<script>")}"])
        {
            var page = await browser.GetAsync(home + path);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.DoesNotContain("<script>alert", page.Body, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("&lt;script&gt;", page.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("action", nameof(AuditActions.TableViewed))]
    public async Task RowsAreWrittenForPeople_AndLookingIsRecorded()
    {
        var page = await browser.GetAsync(home + "/tables/bills?sort=amount&dir=desc");

        Assert.Contains("12,18,400.50", page.Body, StringComparison.Ordinal);
        Assert.Contains("\u221242.25", WebUtility.HtmlDecode(page.Body), StringComparison.Ordinal);
        Assert.Contains("30 Sep 2026", page.Body, StringComparison.Ordinal);
        Assert.Contains("aria-sort=\"descending\"", page.Body, StringComparison.Ordinal);
        var row = Assert.Single(Recorded(AuditActions.TableViewed));
        Assert.Equal(("bills", "ok"), (row.Row.TargetId, row.Row.Outcome));
        Assert.DoesNotContain("Nirmal", row.Row.Details, StringComparison.Ordinal);
        Assert.Contains("\"rows\":3", row.Row.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NumbersAndDaysAreCountedInStepsFromTheLeastToTheGreatest()
    {
        await LoadAsync("days", [("id", ColumnType.Integer), ("day", ColumnType.Date), ("size", ColumnType.Decimal), ("same", ColumnType.Integer)], "id",
            [[1L, "2026-01-01", -7e27, 7L], [2L, "2026-01-02", 7e27, 7L], [3L, "2026-01-12", 0.0, 7L], [4L, "2026-01-25", 0.0, 7L], [5L, SqlValue.Null, 0.0, 7L]]);

        Assert.Equal("1,1,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,1", await SpreadOfAsync("days", "day"));
        Assert.Equal("1,0,0,0,0,0,1,0,0,0,0,0,1,0,0,0,0,0,1,0,0,0,0,1", await SpreadOfAsync("days", "id"));
        Assert.Equal("1,0,0,0,0,0,0,0,0,0,0,0,3,0,0,0,0,0,0,0,0,0,0,1", await SpreadOfAsync("days", "size"));
        foreach (var (table, column) in ((string, string)[])[("days", "same"), ("bills", "party")])
        {
            Assert.Equal("", await SpreadOfAsync(table, column));
        }

        Assert.Contains("in 24 steps of the same width", (await browser.GetAsync(home + "/tables/days/profile?column=day")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("steps of the same width", (await browser.GetAsync(home + "/tables/bills/profile?column=party")).Body, StringComparison.Ordinal);

        async Task<string> SpreadOfAsync(string table, string column) => string.Join(',', JsonDocument
            .Parse((await browser.GetAsync($"/api/v1/workspaces/{house.Server.Workspace}/tables/{table}/profile?column={column}")).Body)
            .RootElement.GetProperty("spread").EnumerateArray().Select(each => each.GetInt64()));
    }

    [Theory]
    [InlineData("?where=party~nonsense~x")]
    [InlineData("?where=nothing~eq~x")]
    [InlineData("?sort=nothing")]
    [InlineData("?sort=id&dir=sideways")]
    [InlineData("?where=amount~gt~much")]
    [InlineData("?where=a&where=b&where=c&where=d&where=e&where=f&where=g&where=h&where=i&where=j&where=k")]
    public async Task AFilterThatIsNoneIsSaidOnThePage(string query)
    {
        var page = await browser.GetAsync(home + "/tables/bills" + query);

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("role=\"alert\"", page.Body, StringComparison.Ordinal);
        Assert.Contains("Rows of bills", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.TableExported))]
    public async Task AnExportHoldsTheRowsAndNoFormula_AndIsRecorded()
    {
        var file = await browser.GetAsync(home + "/tables/bills/export?where=id~le~3&sort=id");

        Assert.StartsWith("\"id\",\"party\",\"amount\",\"due\"\r\n\"1\",", file.Body, StringComparison.Ordinal);
        Assert.Contains("\"2\",\"Nirmal Textiles\",\"-42.25\",\"\"\r\n", file.Body, StringComparison.Ordinal);
        Assert.Contains("\"'-not a formula\"", file.Body, StringComparison.Ordinal);
        Assert.Equal("bills", Assert.Single(Recorded(AuditActions.TableExported)).Row.TargetId);

        var viewer = await MemberAsync("viewer@example.in", Role.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync(home + "/tables/bills/export")).Status);
        Assert.DoesNotContain("/export", (await viewer.GetAsync(home + "/tables/bills")).Body, StringComparison.Ordinal);
        Assert.Single(Recorded(AuditActions.TableExported));
    }

    [Fact]
    public async Task ALongExportComesWhole_AndBothTrailsAgreeOnIt()
    {
        await LoadAsync("many", [("id", ColumnType.Integer)], null, [.. Enumerable.Range(1, 4_500).Select(i => new SqlValue[] { (long)i })]);
        var file = await browser.GetAsync(home + "/tables/many/export");

        Assert.Equal(4_501, file.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.EndsWith("\"4500\"\r\n", file.Body, StringComparison.Ordinal);
        Assert.Equal(2, Recorded(AuditActions.TableExported).Count);
    }

    [Fact]
    public async Task AFileBecomesATable()
    {
        var answer = await UploadAsync(browser, "Order Details.csv", "order no,amount\n1,10.50\n2,20\n", ("key", "order no"));

        Assert.Equal((HttpStatusCode.SeeOther, home + "/tables/order_details"), (answer.Status, answer.Location));
        Assert.Contains("10.50", (await browser.GetAsync(answer.Location!)).Body, StringComparison.Ordinal);
        Assert.Equal("order_details", Assert.Single(Recorded(AuditActions.TableImported)).Row.TargetId);
    }

    [Theory]
    [InlineData("x.csv", "a,b\n1\n", "Line 2 has 1 cell")]
    [InlineData("x.csv", "", "Choose one CSV file")]
    [InlineData("_ws_table.csv", "a\n1\n", "No table name can be made")]
    public async Task AFileThatIsNotRightChangesNothing(string name, string text, string says)
    {
        var answer = await UploadAsync(browser, name, text);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(says, WebUtility.HtmlDecode(answer.Body), StringComparison.Ordinal);
        Assert.DoesNotContain("/tables/x\"", (await browser.GetAsync(home + "/tables")).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A70")]
    public async Task AnotherSitesFormLoadsNothing()
    {
        browser.Origin = "https://evil.example";
        browser.FetchSite = "cross-site";

        Assert.Equal(HttpStatusCode.Forbidden, (await UploadAsync(browser, "bills.csv", "a\n1\n")).Status);
        browser.Origin = house.Server.Get<PublicAddress>().Origin;
        browser.FetchSite = "same-origin";
        Assert.Contains("Nirmal", (await browser.GetAsync(home + "/tables/bills")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileOverTheBoundIsRefused()
    {
        try
        {
            var answer = await UploadAsync(browser, "big.csv", "a\n" + new string('1', Features.Tables.UploadTable.MaxBytes + 100_000));
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        }
        catch (HttpRequestException error) when (error.InnerException is IOException)
        {
            // Refused by its length before it was sent: the server does not read on.
        }

        Assert.DoesNotContain("/tables/big", (await browser.GetAsync(home + "/tables")).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B37")]
    public async Task NeighboursAndViewersAreHeldOff()
    {
        await house.AddAsync("stranger@example.in");
        var stranger = await house.SignInAsync("stranger@example.in");
        var viewer = await MemberAsync("viewer@example.in", Role.Viewer);
        foreach (var path in (string[])["/tables", "/tables/bills", "/tables/bills/row?key=1", "/tables/bills/profile", "/tables/bills/export", "/upload"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(home + path)).Status);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync(home + "/upload")).Status);
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync(home + "/tables/bills")).Status);
    }

    private IReadOnlyList<StoredAuditRow> Recorded(AuditAction action) =>
        house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: action.Name), 100);

    private async Task<TestBrowser> MemberAsync(string email, Role role)
    {
        var person = await house.AddAsync(email);
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, house.Server.Workspace, person.Id, role, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
        return await house.SignInAsync(email);
    }

    private async Task LoadAsync(string name, (string Name, ColumnType Type)[] columns, string? key, IReadOnlyList<SqlValue[]> rows, string? description = null, string source = "test")
    {
        var gateway = house.Server.Workspaces.Gateway;
        var schema = new TableSchema(name, [.. columns.Select(column => new ColumnSchema(column.Name, column.Type, description))], key, description, source);
        var load = await gateway.BeginLoadAsync(house.Server.Workspace, schema, default);
        await gateway.AppendAsync(house.Server.Workspace, load, rows, default);
        await gateway.CommitLoadAsync(house.Server.Workspace, load, default);
    }

    /// <summary>A file of another country's Excel needs no choice: its first line says what stands between the cells.</summary>
    [Theory]
    [InlineData("a,b\n1;2,3", ',')]
    [InlineData("a;b\n1,5;2,7", ';')]
    [InlineData("a\tb\n1,5\t2", '\t')]
    [InlineData("\"a;b;c\",d\n", ',')]
    [InlineData("only\n1;2", ',')]
    [InlineData("", ',')]
    public void WhatStandsBetweenTheCellsIsSeenInTheFirstLine(string text, char delimiter) => Assert.Equal(delimiter, Features.Tables.UploadTable.DelimiterOf(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task AFileWithSemicolonsIsLoadedAsItIs_FromThePageOfFirstDataToo()
    {
        var answer = await UploadAsync(browser, "rates.csv", "item;rate\nrice;42,5\n");

        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.Contains("42,5", (await browser.GetAsync(answer.Location!)).Body, StringComparison.Ordinal);
        Assert.Contains($"action=\"{home}/upload\"", (await browser.GetAsync(home + "/start")).Body, StringComparison.Ordinal);
    }

    private async Task<TestBrowser.Page> UploadAsync(TestBrowser from, string name, string text, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        file.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        form.Add(file, "file", name);
        foreach (var (field, value) in fields)
        {
            form.Add(new StringContent(value), field);
        }

        form.Add(new StringContent((await from.GetAsync(home + "/upload")).Token ?? ""), CrossSiteCheck.TokenField);
        return await from.SendAsync(home + "/upload", form);
    }
}

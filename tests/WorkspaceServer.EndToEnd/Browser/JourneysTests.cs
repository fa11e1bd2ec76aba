using System.Net;
using Microsoft.Playwright;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>What people come for with their tables, done by clicking, by each role that may, on a desk and on a phone.</summary>
[Collection(JourneyCollection.Name)]
public sealed class JourneysTests(BrowserFixture browser, JourneyHouse house)
{
    private const int Desk = WatchedPage.Desk;
    private const int Phone = WatchedPage.Phone;

    [Theory]
    [InlineData("viewer", Desk, false)]
    [InlineData("member", Phone, true)]
    [InlineData("owner", Desk, true)]
    public async Task ATableIsLookedAt_Filtered_Sorted_PagedThrough_AndTakenOut(string who, int width, bool mayExport)
    {
        var person = await VisitAsync(who, width, "/tables");
        await person.FollowAsync("bills");
        await person.ChooseAsync("#column", "amount");
        await person.ChooseAsync("#op", "gt");
        await person.FillAsync("#value", "1,000");
        await person.PressAsync("Show");
        await person.SeesAsync("121 rows found");
        await SortByAmountAsync(person, width);
        Assert.Contains("1,005.00", await person.TextAsync("tbody tr"), StringComparison.Ordinal);
        await person.FollowAsync("Next");
        Assert.Contains("6,030.00", await person.TextAsync("tbody tr"), StringComparison.Ordinal);
        await person.AssertSoundAsync("the second page of a filter");

        await person.ClickAsync("tbody tr a");
        await person.SeesHeadingAsync("60");
        await person.ClickAsync("dd a");
        await person.SeesHeadingAsync("P2");
        await person.Page.GetByText("bills, by party").ClickAsync();
        await person.SeesAsync("65 rows found");
        await person.AssertSoundAsync("related rows");
        Assert.Equal(mayExport, await person.CountAsync("a[href*='/export']") > 0);
        if (mayExport)
        {
            Assert.Equal("bills.csv", await person.DownloadAsync("a[href*='/export?']"));
        }
        else
        {
            Assert.Equal(403, (await person.OpenAsync("/tables/bills/export"))!.Status);
        }
    }

    [Theory]
    [InlineData("viewer", Phone)]
    [InlineData("admin", Desk)]
    public async Task AQuestionIsAsked_Drawn_AndSaved(string who, int width)
    {
        var person = await VisitAsync(who, width, "/sql");
        await person.FillAsync("#sql", "SELECT party, sum(amount) AS owed FROM bills GROUP BY party ORDER BY owed DESC");
        await person.PressAsync("Run");
        await person.Page.Locator("#chart-bars svg.plot").WaitForAsync();
        await person.ClickTextAsync("Pie");
        await person.Page.Locator("#chart-pie svg.plot").WaitForAsync();
        await person.ClickTextAsync("In words");
        await person.SeesAsync("Adds up amount.");
        await person.AssertSoundAsync("a picture");

        await person.FillAsync("#name", "Owed, says " + who);
        await person.PressAsync("Save question");
        await person.ClickAsync($"main a:has-text('Owed, says {who}')");
        Assert.Contains("GROUP BY party", await person.Page.Locator("#sql").InputValueAsync(), StringComparison.Ordinal);
        await person.FillAsync("#sql", "SELECT nothing FROM bills");
        await person.PressAsync("Run");
        await person.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await person.AssertSoundAsync("a refused question");
    }

    [Theory]
    [InlineData("viewer", Desk)]
    [InlineData("member", Phone)]
    public async Task ATableIsDrawnAsItIsFiltered(string who, int width)
    {
        var person = await VisitAsync(who, width, "/tables/bills?where=amount~gt~1,000");
        await person.FollowAsync("Chart");
        await person.ChooseAsync("#draw-by", "day");
        await person.PressAsync("Draw");
        await person.Page.Locator("#chart-line svg.plot").WaitForAsync();
        await person.AssertSoundAsync("a table drawn");
        Assert.Contains("WHERE \"amount\" > 1000", await person.Page.Locator("#sql").InputValueAsync(), StringComparison.Ordinal);
        await person.DrawAsync("selection");
    }

    [Theory]
    [InlineData("owner", Desk, "pan")]
    [InlineData("admin", Phone, "name")]
    public async Task AColumnIsHidden_AndThePreviewShowsItAtOnce(string who, int width, string column)
    {
        var person = await VisitAsync(who, width, "/privacy?table=parties");
        var preview = person.Page.Locator("section[aria-labelledby=preview] th");
        Assert.Contains(column, await preview.AllInnerTextsAsync());
        await person.ChooseAsync("#ai-" + column, "hidden");
        await person.PressAsync("Set " + column);
        await person.SeesAsync("It does not learn");
        Assert.DoesNotContain(column, await preview.AllInnerTextsAsync());
        await person.AssertSoundAsync("a hidden column");
        await person.ChooseAsync("#ai-" + column, "shown");
        await person.PressAsync("Set " + column);
        Assert.Contains(column, await preview.AllInnerTextsAsync());
    }

    [Theory]
    [InlineData("owner", Desk)]
    [InlineData("admin", Phone)]
    public async Task TheAuditLogIsFiltered_Checked_AndTakenOut(string who, int width)
    {
        var person = await VisitAsync(who, width, "/tables/bills");
        await person.OpenAsync("/audit");
        await person.PressAsync("Check now");
        await person.SeesHeadingAsync("Unbroken");
        await person.ChooseAsync("#action", "table.viewed");
        await person.PressAsync("Show");
        Assert.All(await person.Page.Locator("tbody tr small[translate=no]").AllInnerTextsAsync(), name => Assert.Equal("table.viewed", name));
        await person.ClickAsync("a[href*='entry=']");
        await person.Page.Locator("tr.opened pre").WaitForAsync();
        await person.AssertSoundAsync("an entry of the audit log");
        await person.OpenAsync("/audit");
        Assert.EndsWith(".csv", await person.DownloadAsync("a[href*='/audit/export']"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("owner", Desk)]
    [InlineData("admin", Phone)]
    public async Task AComputerIsPaired_AndItsRunIsSeenToGrow(string who, int width)
    {
        var person = await VisitAsync(who, width, "/agents");
        await person.FillAsync("[name=name]", "PC of " + who);
        await person.PressAsync("Make a pairing token");
        using var agent = new TestAgent(house.House.Server);
        using var paired = await agent.PairAsync(await person.Page.Locator("#token").InputValueAsync());
        Assert.Equal(HttpStatusCode.Created, paired.StatusCode);
        await person.OpenAsync("/agents");
        await person.MarkAsync();

        var schema = new SyncSchema("stock_of_" + who, [new("id", SyncType.Integer), new("amount", SyncType.Decimal)], ["id"]);
        var sender = new SyncSender(agent);
        var run = sender.NewRun();
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, schema, "stock.csv")));
        var line = person.Page.Locator($"#runs tr:has-text('{schema.Table}')");
        await line.GetByText("0 so far").WaitForAsync();
        var (first, _) = SyncSender.Rows(schema, Enumerable.Range(0, 1_500).Select(RowOf));
        await SyncSender.OkAsync(await sender.PutAsync(run, 1, first));
        await line.GetByText("1,500 so far").WaitForAsync();
        await person.AssertSoundAsync("a run under way");
        await person.DrawAsync("agent-run");
        var (second, _) = SyncSender.Rows(schema, Enumerable.Range(1_500, 500).Select(RowOf));
        await SyncSender.OkAsync(await sender.PutAsync(run, 2, second));
        await line.GetByText("2,000 so far").WaitForAsync();
        var (_, totals) = SyncSender.Rows(schema, Enumerable.Range(0, 2_000).Select(RowOf));
        await SyncSender.OkAsync(await sender.CommitAsync(run, SyncSender.Commit([first, second], totals)));
        await line.GetByText("Same on both sides").WaitForAsync();

        await person.AssertSamePageAsync();
        await person.AssertSoundAsync("a run that is done");
    }

    private static Cell[] RowOf(int id)
    {
        Assert.True(Cell.TryDecimal($"{id}.25", out var amount));
        return [Cell.Of(id), amount];
    }

    /// <summary>By the head of the column; a phone shows rows as a list without heads, and has a field for it.</summary>
    private static async Task SortByAmountAsync(Visitor person, int width)
    {
        if (width == Desk)
        {
            await person.FollowAsync("amount");
        }
        else
        {
            await person.ChooseAsync("#sort", "amount");
            await person.PressAsync("Show");
        }

        await person.Page.Locator("th[aria-sort=ascending]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
    }

    private Task<Visitor> VisitAsync(string who, int width, string path) => house.VisitAsync(browser, who, width, path);
}

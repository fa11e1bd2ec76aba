using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>What people come for, done by clicking, by each role that may, on a desk and on a phone.</summary>
[Collection(BrowserCollection.Name)]
public sealed class JourneysTests(BrowserFixture browser, JourneyHouse house) : IClassFixture<JourneyHouse>
{
    private const int Desk = 1440;
    private const int Phone = 390;

    [Theory]
    [InlineData("viewer", Desk, false)]
    [InlineData("member", Phone, true)]
    [InlineData("owner", Desk, true)]
    public async Task ATableIsLookedAt_Filtered_Sorted_PagedThrough_AndTakenOut(string who, int width, bool mayExport)
    {
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/tables");
        await PressLinkAsync(page, "bills");
        await page.Locator("#column").SelectOptionAsync("amount");
        await page.Locator("#op").SelectOptionAsync("gt");
        await page.Locator("#value").FillAsync("1,000");
        await PressAsync(page, "Show");
        await page.GetByText("121 rows found").WaitForAsync();
        if (width == Desk)
        {
            await page.GetByRole(AriaRole.Columnheader, new PageGetByRoleOptions { Name = "amount" }).GetByRole(AriaRole.Link).ClickAsync();
        }
        else
        {
            // A phone shows rows as a list without heads.
            await page.Locator("#sort").SelectOptionAsync("amount");
            await PressAsync(page, "Show");
        }

        await page.Locator("th[aria-sort=ascending]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        Assert.Contains("1,005.00", await page.Locator("tbody tr").First.InnerTextAsync(), StringComparison.Ordinal);
        await PressLinkAsync(page, "Next");
        Assert.Contains("6,030.00", await page.Locator("tbody tr").First.InnerTextAsync(), StringComparison.Ordinal);
        await window.AssertSoundAsync($"{who}: the second page of a filter");
        await page.Locator("tbody tr a").First.ClickAsync();
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "60", Level = 1 }).WaitForAsync();
        await page.Locator("dd a").First.ClickAsync();
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "P2", Level = 1 }).WaitForAsync();
        await page.GetByText("bills, by party").ClickAsync();
        await page.GetByText("65 rows found").WaitForAsync();
        await window.AssertSoundAsync($"{who}: related rows");
        Assert.Equal(mayExport, await page.Locator("a[href*='/export']").CountAsync() > 0);
        if (mayExport)
        {
            var file = await page.RunAndWaitForDownloadAsync(() => page.Locator("a[href*='/export?']").ClickAsync());
            Assert.Equal("bills.csv", file.SuggestedFilename);
        }
        else
        {
            Assert.Equal(403, (await page.GotoAsync(house.Home + "/tables/bills/export"))!.Status);
        }
    }

    [Theory]
    [InlineData("viewer", Phone)]
    [InlineData("admin", Desk)]
    public async Task AQuestionIsAsked_Drawn_AndSaved(string who, int width)
    {
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/sql");
        await page.Locator("#sql").FillAsync("SELECT party, sum(amount) AS owed FROM bills GROUP BY party ORDER BY owed DESC");
        await PressAsync(page, "Run");
        await page.Locator("#chart-bars svg.plot").WaitForAsync();
        await page.Locator("label[for=kind-pie]").ClickAsync();
        await page.Locator("#chart-pie svg.plot").WaitForAsync();
        await page.GetByText("In words").ClickAsync();
        await page.GetByText("Adds up amount.").WaitForAsync();
        await window.AssertSoundAsync($"{who}: a picture");
        await page.Locator("#name").FillAsync("Owed, says " + who);
        await PressAsync(page, "Save question");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Owed, says " + who }).ClickAsync();
        Assert.Contains("GROUP BY party", await page.Locator("#sql").InputValueAsync(), StringComparison.Ordinal);
        await page.Locator("#sql").FillAsync("SELECT nothing FROM bills");
        await PressAsync(page, "Run");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await window.AssertSoundAsync($"{who}: a refused question");
    }

    [Theory]
    [InlineData("viewer", Desk)]
    [InlineData("member", Phone)]
    public async Task ATableIsDrawnAsItIsFiltered(string who, int width)
    {
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/tables/bills?where=amount~gt~1,000");
        await PressLinkAsync(page, "Chart");
        await page.Locator("#draw-by").SelectOptionAsync("day");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Draw", Exact = true }).ClickAsync();
        await page.Locator("#chart-line svg.plot").WaitForAsync();
        await window.AssertSoundAsync($"{who}: a table drawn");
        Assert.Contains("WHERE \"amount\" > 1000", await page.Locator("#sql").InputValueAsync(), StringComparison.Ordinal);
        await PagesTests.DrawAsync(page, "journey-selection", width, ColorScheme.Light);
    }

    [Theory]
    [InlineData("owner", Desk, "pan")]
    [InlineData("admin", Phone, "name")]
    public async Task AColumnIsHidden_AndThePreviewShowsItAtOnce(string who, int width, string column)
    {
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/privacy?table=parties");
        var preview = page.Locator("section[aria-labelledby=preview] th");
        Assert.Contains(column, await preview.AllInnerTextsAsync());
        await page.Locator("#ai-" + column).SelectOptionAsync("hidden");
        await PressAsync(page, "Set " + column);
        await page.Locator("section[aria-labelledby=preview]").GetByText("It does not learn").WaitForAsync();
        Assert.DoesNotContain(column, await preview.AllInnerTextsAsync());
        await window.AssertSoundAsync($"{who}: a hidden column");
        await page.Locator("#ai-" + column).SelectOptionAsync("shown");
        await PressAsync(page, "Set " + column);
        Assert.Contains(column, await preview.AllInnerTextsAsync());
    }

    [Theory]
    [InlineData("owner", Phone)]
    [InlineData("member", Desk)]
    public async Task ATokenIsMade_WorksAtOnce_AndIsRevoked(string who, int width)
    {
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/clients?guide=cursor");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "All tokens" }).ClickAsync();
        await page.Locator("[name=name]").FillAsync("Cursor of " + who);
        await PressAsync(page, "Make a token");
        var token = await page.Locator("#token").InputValueAsync();
        await window.AssertSoundAsync($"{who}: a new token");
        Assert.Equal(HttpStatusCode.OK, await CallAsync(token, McpCalls.ListTools));
        await page.GotoAsync(house.Home + "/tokens");
        Assert.DoesNotContain(token, await page.ContentAsync(), StringComparison.Ordinal);
        await PressAsync(page, "Revoke Cursor of " + who);
        await page.GetByText("Revoked", new PageGetByTextOptions { Exact = true }).First.WaitForAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(token, McpCalls.ListTools));
    }

    [Fact]
    public async Task ToolsAreCalledByHand_AndWhatComesBackStaysText()
    {
        const string Hostile = "<img src=x onerror=pwned=1>";
        await using var window = await house.OpenAtOriginAsync(browser);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/clients");
        await PressLinkAsync(page, "Open the test client");
        await page.Locator("#mcp-token").FillAsync("wsp_mcp_nobody-has-this");
        await PressAsync(page, "Connect");
        await page.GetByText("The token is wrong, was revoked, or has ended (401). Make a new one.").WaitForAsync();
        await page.Locator("#mcp-1.is-bad").WaitForAsync();
        Assert.Contains("401", Assert.Single(window.Wrong), StringComparison.Ordinal);
        window.Forget();

        var token = house.House.Server.Tokens.Create(house.House.Server.Workspace, "by hand").Text;
        await page.Locator("#mcp-token").FillAsync(token);
        await PressAsync(page, "Connect");
        await page.Locator("#mcp-3.is-ok").GetByText("Tools: ").WaitForAsync();
        await page.Locator("#mcp-tool").SelectOptionAsync("list_tables");
        await PressAsync(page, "Call");
        await page.Locator("[data-part=structured]").GetByText("\"bills\"").WaitForAsync();
        await page.Locator("#mcp-tool").SelectOptionAsync("execute_sql");
        await page.Locator("textarea").FillAsync($"SELECT name, '{Hostile}' AS hostile, 1.50 AS exact FROM parties ORDER BY code");
        await PressAsync(page, "Call");
        await page.Locator("[data-part=structured]").GetByText("रमेश ट्रेडर्स").WaitForAsync();

        Assert.Contains(Hostile, await page.Locator("[data-part=structured]").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains(Hostile, await page.Locator("[data-part=text]").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(await page.EvaluateAsync<bool>("() => typeof pwned === 'undefined' && !document.querySelector('[data-mcp] img')"));
        var sent = await page.Locator("[data-part=sent]").InnerTextAsync();
        Assert.Contains("MCP-Protocol-Version: 2026-07-28", sent, StringComparison.Ordinal);
        Assert.Contains("Mcp-Name: execute_sql", sent, StringComparison.Ordinal);
        await page.Locator("#mcp-revision").SelectOptionAsync("2025-11-25");
        await PressAsync(page, "Connect");
        await page.Locator("#mcp-3.is-ok").GetByText("Tools: ").WaitForAsync();
        await page.Locator("#mcp-2.is-ok").WaitForAsync();
        await page.Locator("#mcp-tool").SelectOptionAsync("execute_sql");
        await page.Locator("textarea").FillAsync($"SELECT '{Hostile}' AS hostile");
        await PressAsync(page, "Call");
        await page.Locator("[data-part=sent]").GetByText("MCP-Protocol-Version: 2025-11-25").WaitForAsync();
        Assert.Contains("Workspace Server test client", window.Requests.First(request => request.PostData?.Contains("initialize", StringComparison.Ordinal) == true).PostData, StringComparison.Ordinal);
        Assert.DoesNotContain(token, await page.ContentAsync() + string.Join('\n', window.Requests.Select(request => request.Url)), StringComparison.Ordinal);
        Assert.Equal(0, await page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
        await window.AssertSoundAsync("a call by hand", mayMove: true);
        await PagesTests.DrawAsync(page, "motion-test-client", Desk, ColorScheme.Light);
        await page.SetViewportSizeAsync(Phone, 900);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await window.AssertFitsAsync("a call by hand on a phone");
        await PagesTests.DrawAsync(page, "motion-test-client", Phone, ColorScheme.Dark);
    }

    /// <summary>The same server by another name is a foreign page to its MCP endpoint.</summary>
    [Fact]
    public async Task ThePageOfAnotherOriginCallsNothing_AndSaysWhy()
    {
        var window = await house.WindowAsync(browser, "owner", Phone);
        await window.Page.GotoAsync(house.Home + "/clients/test");
        await window.Page.Locator("#mcp-token").FillAsync(house.House.Server.Tokens.Create(house.House.Server.Workspace, "elsewhere").Text);
        await PressAsync(window.Page, "Connect");
        await window.Page.GetByText("The server does not allow this (403). Pages of this origin may not call the server.").WaitForAsync();
        Assert.Contains("403", Assert.Single(window.Wrong), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("owner", Desk)]
    [InlineData("admin", Phone)]
    public async Task WhatAnAiDidIsSeen_AndItIsPaused(string who, int width)
    {
        var client = await house.House.RegisterAsync(name: "Claude for " + who);
        var (_, tokens) = await house.House.ExchangeAsync(client, await house.House.CodeAsync(client));
        var token = tokens.GetProperty("access_token").GetString()!;
        var question = $"SELECT count(*) AS asked_for_{who} FROM bills";
        Assert.Equal(HttpStatusCode.OK, await CallAsync(token, McpCalls.Call("execute_sql", JsonSerializer.Serialize(new { sql = question }))));
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/activity");
        await page.GetByText(question).First.ClickAsync();
        await page.Locator(".detail-head").WaitForAsync();
        await window.AssertSoundAsync($"{who}: a call of an AI");
        await page.GotoAsync(house.Home + "/clients");
        await PressAsync(page, $"Pause Claude for {who}");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = $"Let it go on Claude for {who}" }).WaitForAsync();
        await window.AssertSoundAsync($"{who}: a paused client");
        Assert.NotEqual(HttpStatusCode.OK, await CallAsync(token, McpCalls.ListTools));
        await PressAsync(page, $"Let it go on Claude for {who}");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = $"Pause Claude for {who}" }).WaitForAsync();
        Assert.Equal(HttpStatusCode.OK, await CallAsync(token, McpCalls.ListTools));
    }

    [Theory]
    [InlineData("owner", Phone, "viewer")]
    [InlineData("admin", Desk, "member")]
    public async Task SomebodyIsInvited_AndAnotherGetsARole(string who, int width, string of)
    {
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/team");
        await PressLinkAsync(page, "Invite someone");
        await page.Locator("#email").FillAsync($"new-{who}@example.in");
        await PressAsync(page, "Send the invitation");
        await page.GetByText($"new-{who}@example.in").First.WaitForAsync();
        await window.AssertSoundAsync($"{who}: an invitation");
        await page.Locator($"tr:has-text('{of}@example.in') th a").First.ClickAsync();
        await page.Locator($"label:has(input[name=role][value={(of == "viewer" ? "member" : "viewer")}])").ClickAsync();
        await PressAsync(page, "Change it");
        await page.Locator($"label:has(input[name=role][value={of}])").WaitForAsync();
        await page.GotoAsync(house.Home + "/team");
        Assert.Contains(of == "viewer" ? "Member" : "Viewer", await page.Locator($"tr:has-text('{of}@example.in')").InnerTextAsync(), StringComparison.OrdinalIgnoreCase);
        await page.Locator($"tr:has-text('{of}@example.in') th a").First.ClickAsync();
        await page.Locator($"label:has(input[name=role][value={of}])").ClickAsync();
        await PressAsync(page, "Change it");
        await window.AssertSoundAsync($"{who}: a role given");
    }

    [Theory]
    [InlineData("owner", Desk)]
    [InlineData("admin", Phone)]
    public async Task TheAuditLogIsFiltered_Checked_AndTakenOut(string who, int width)
    {
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/tables/bills");
        await page.GotoAsync(house.Home + "/audit");
        await PressAsync(page, "Check now");
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Unbroken" }).WaitForAsync();
        await page.Locator("#action").SelectOptionAsync("table.viewed");
        await PressAsync(page, "Show");
        Assert.All(await page.Locator("tbody tr small[translate=no]").AllInnerTextsAsync(), name => Assert.Equal("table.viewed", name));
        await page.Locator("a[href*='entry=']").First.ClickAsync();
        await page.Locator("tr.opened pre").WaitForAsync();
        await window.AssertSoundAsync($"{who}: an entry of the audit log");
        await page.GotoAsync(house.Home + "/audit");
        var file = await page.RunAndWaitForDownloadAsync(() => page.Locator("a[href*='/audit/export']").ClickAsync());
        Assert.EndsWith(".csv", file.SuggestedFilename, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("owner", Phone)]
    [InlineData("admin", Desk)]
    public async Task SettingsAreKept_AndAMistakeIsSaidBesideTheField(string who, int width)
    {
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/settings");
        await page.Locator("#idle").FillAsync("4");
        await PressAsync(page, "Keep it");
        await page.Locator(".error-text").WaitForAsync();
        await window.AssertSoundAsync($"{who}: a wrong setting");
        await page.Locator("#idle").FillAsync("25");
        await PressAsync(page, "Keep it");
        await page.Locator("#idle:not([aria-invalid=true])").WaitForAsync();
        await page.GotoAsync(house.Home + "/settings");
        Assert.Equal("25", await page.Locator("#idle").InputValueAsync());
        await page.Locator("#idle").FillAsync("");
        await PressAsync(page, "Keep it");
    }

    [Theory]
    [InlineData("owner", Desk)]
    [InlineData("admin", Phone)]
    public async Task AComputerIsPaired_AndItsRunIsSeenToGrow(string who, int width)
    {
        var window = await house.WindowAsync(browser, who, width);
        var page = window.Page;
        await page.GotoAsync(house.Home + "/agents");
        await page.Locator("[name=name]").FillAsync("PC of " + who);
        await PressAsync(page, "Make a pairing token");
        using var agent = new TestAgent(house.House.Server);
        using var paired = await agent.PairAsync(await page.Locator("#token").InputValueAsync());
        Assert.Equal(HttpStatusCode.Created, paired.StatusCode);
        await page.GotoAsync(house.Home + "/agents");
        await page.EvaluateAsync("document.body.dataset.same = 'yes'");

        var schema = new SyncSchema("stock_of_" + who, [new("id", SyncType.Integer), new("amount", SyncType.Decimal)], ["id"]);
        var sender = new SyncSender(agent);
        var run = sender.NewRun();
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, schema, "stock.csv")));
        var line = page.Locator($"#runs tr:has-text('{schema.Table}')");
        await line.GetByText("0 so far").WaitForAsync();
        var (first, _) = SyncSender.Rows(schema, Enumerable.Range(0, 1_500).Select(RowOf));
        await SyncSender.OkAsync(await sender.PutAsync(run, 1, first));
        await line.GetByText("1,500 so far").WaitForAsync();
        await window.AssertSoundAsync($"{who}: a run under way");
        await PagesTests.DrawAsync(page, "motion-agent-run", width, ColorScheme.Light);
        var (second, _) = SyncSender.Rows(schema, Enumerable.Range(1_500, 500).Select(RowOf));
        await SyncSender.OkAsync(await sender.PutAsync(run, 2, second));
        await line.GetByText("2,000 so far").WaitForAsync();
        var (_, totals) = SyncSender.Rows(schema, Enumerable.Range(0, 2_000).Select(RowOf));
        await SyncSender.OkAsync(await sender.CommitAsync(run, SyncSender.Commit([first, second], totals)));
        await line.GetByText("Same on both sides").WaitForAsync();

        Assert.True(await page.EvaluateAsync<bool>("document.body.dataset.same === 'yes'"));
        await window.AssertSoundAsync($"{who}: a run that is done");

        static Cell[] RowOf(int id)
        {
            Assert.True(Cell.TryDecimal($"{id}.25", out var amount));
            return [Cell.Of(id), amount];
        }
    }

    private static Task PressAsync(IPage page, string name) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = false }).First.ClickAsync();

    private static Task PressLinkAsync(IPage page, string name) => page.Locator("main").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = name, Exact = true }).First.ClickAsync();

    private async Task<HttpStatusCode> CallAsync(string token, string message)
    {
        using var answer = await house.House.Server.SendAsync(HttpMethod.Post, "/mcp", token, new StringContent(message, System.Text.Encoding.UTF8, "application/json"), McpCalls.Accept);
        return answer.StatusCode;
    }
}

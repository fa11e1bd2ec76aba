using Microsoft.Playwright;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>A person watches their client connect: the steps appear by themselves, on a page that is never loaded again.</summary>
[Collection(JourneyCollection.Name)]
public sealed class DoctorTests(BrowserFixture browser, JourneyHouse house)
{
    private const int Steps = 9;

    private string who = "";

    private OAuthHouse House => house.House;

    private TestBrowser Session => house.SessionOf(who);

    [Fact]
    public async Task AGoodConnectionAppearsStepByStep()
    {
        await using var window = await OpenAsync(width: 1440);
        var ai = await WatchAsync(window.Page);
        var metadata = await ai.AskAsync();
        await SeesAsync(window.Page, 1, "is-ok");
        await ai.ReadAsync(metadata);
        await SeesAsync(window.Page, 2, "is-ok");
        var client = await House.RegisterAsync(name: "Inspector <b>of</b> works");
        await Session.GetAsync(ai.AuthorizePath(client));
        await SeesAsync(window.Page, 3, "is-passed");
        await SeesAsync(window.Page, 5, "is-ok");
        await PagesTests.DrawAsync(window.Page, "motion-doctor", 1440, ColorScheme.Light);
        var allowed = await House.AllowAsync(ai.AuthorizePath(client), Session);
        await SeesAsync(window.Page, 6, "is-ok");
        var (_, tokens) = await ai.ExchangeAsync(client, OAuthHouse.In(allowed.Location, "code")!);
        await SeesAsync(window.Page, 7, "is-ok");
        var token = tokens.GetProperty("access_token").GetString()!;
        (await ai.CallAsync(McpCalls.ListTools, token)).Dispose();
        await SeesAsync(window.Page, 8, "is-ok");
        (await ai.CallAsync(McpCalls.Call("list_tables", "{}"), token)).Dispose();
        await SeesAsync(window.Page, Steps, "is-ok");

        await window.Page.GetByText("“Inspector <b>of</b> works”").WaitForAsync();
        await window.Page.Locator("#doctor .badge.ok").GetByText("Connected").WaitForAsync();
        Assert.Equal(0, await window.Page.Locator(".diagnosis").CountAsync());
        await AssertNeverLoadedAgainAsync(window);
    }

    [Fact]
    public async Task AClientThatFailsAtTheKeyIsNamedByItself()
    {
        await using var window = await OpenAsync(width: 390);
        var ai = await WatchAsync(window.Page);
        await ai.ReadAsync(await ai.AskAsync());
        var client = await House.RegisterAsync();
        var allowed = await House.AllowAsync(ai.AuthorizePath(client), Session);
        await SeesAsync(window.Page, 6, "is-ok");
        await ai.ExchangeAsync(client, OAuthHouse.In(allowed.Location, "code")!, redirect: "https://claude.com/api/mcp/auth_callback");

        await SeesAsync(window.Page, 7, "is-bad");
        await window.Page.GetByRole(AriaRole.Alert).GetByText("It stopped at step 7, on the client’s side").WaitForAsync();
        await PagesTests.DrawAsync(window.Page, "motion-doctor-stopped", 390, ColorScheme.Dark);
        await window.Page.Locator("#doctor .badge.bad").GetByText("Stopped at step 7 of 9").WaitForAsync();
        await AssertNeverLoadedAgainAsync(window);
    }

    [Fact]
    public async Task AClientThatGoesAwayIsNamedByTheTime()
    {
        await using var window = await OpenAsync(width: 1440);
        var ai = await WatchAsync(window.Page);
        await ai.AskAsync();
        await SeesAsync(window.Page, 1, "is-ok");
        House.Accounts.Clock.Advance(TimeSpan.FromSeconds(21));

        await window.Page.GetByRole(AriaRole.Alert).GetByText("It stopped at step 2, on the client’s side").WaitForAsync();
        await AssertNeverLoadedAgainAsync(window);
    }

    [Fact]
    public async Task WithoutScriptOneLooksAgain()
    {
        await using var window = await OpenAsync(width: 390, script: false);
        await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start watching" }).ClickAsync();
        var ai = new WatchedClient(House, (await window.Page.Locator("#watch-url").InputValueAsync())!);
        await ai.AskAsync();
        await window.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Look again" }).ClickAsync();

        // A link to a part of the same page is not a new page, so it has to lead to another address.
        await SeesAsync(window.Page, 1, "is-ok");
        await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Stop watching" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start watching" }).WaitForAsync();
    }

    private static Task SeesAsync(IPage page, int step, string state) => page.Locator($"#doctor-{step}.{state}").WaitForAsync();

    /// <summary>A mark of the document would be gone with it.</summary>
    private static async Task AssertNeverLoadedAgainAsync(WatchedPage window)
    {
        Assert.True(await window.Page.EvaluateAsync<bool>("document.body.dataset.same === 'yes'"));
        await window.AssertSoundAsync("doctor");
    }

    /// <summary>Each test has an owner of its own, who watches nothing yet.</summary>
    private async Task<WatchedPage> OpenAsync(int width, bool script = true)
    {
        (who, _) = await house.ArriveAsync("watcher", Role.Owner);
        var window = await house.OpenAsync(browser, who, width, script);
        await window.Page.GotoAsync(house.Home + "/clients");
        return window;
    }

    private async Task<WatchedClient> WatchAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start watching" }).ClickAsync();
        await page.Locator("#doctor-1").WaitForAsync();
        await page.EvaluateAsync("document.body.dataset.same = 'yes'");
        return new WatchedClient(House, await page.Locator("#url").InputValueAsync());
    }
}

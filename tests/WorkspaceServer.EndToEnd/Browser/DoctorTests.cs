using Microsoft.Playwright;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>A person watches their client connect: the steps appear by themselves, on a page that is never loaded again.</summary>
[Collection(BrowserCollection.Name)]
public sealed class DoctorTests(BrowserFixture browser) : IAsyncLifetime
{
    private const int Steps = 9;

    private OAuthHouse house = null!;

    public async ValueTask InitializeAsync() => house = await OAuthHouse.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task AGoodConnectionAppearsStepByStep()
    {
        await using var window = await OpenAsync(width: 1440);
        var ai = await WatchAsync(window.Page);
        var metadata = await ai.AskAsync();
        await SeesAsync(window.Page, 1, "is-ok");
        await ai.ReadAsync(metadata);
        await SeesAsync(window.Page, 2, "is-ok");
        var client = await house.RegisterAsync(name: "Inspector <b>of</b> works");
        await house.Browser.GetAsync(ai.AuthorizePath(client));
        await SeesAsync(window.Page, 3, "is-passed");
        await SeesAsync(window.Page, 5, "is-ok");
        await PagesTests.DrawAsync(window.Page, "motion-doctor", 1440, ColorScheme.Light);
        var allowed = await house.AllowAsync(ai.AuthorizePath(client));
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
        var client = await house.RegisterAsync();
        var allowed = await house.AllowAsync(ai.AuthorizePath(client));
        await SeesAsync(window.Page, 6, "is-ok");
        await ai.ExchangeAsync(client, OAuthHouse.In(allowed.Location, "code")!, redirect: "https://claude.com/api/mcp/auth_callback");

        await SeesAsync(window.Page, 7, "is-bad");
        await window.Page.GetByRole(AriaRole.Alert).GetByText("It stopped at step 7, on the client’s side").WaitForAsync();
        await PagesTests.DrawAsync(window.Page, "motion-doctor-stopped", 390, ColorScheme.Light);
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
        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(21));

        await window.Page.GetByRole(AriaRole.Alert).GetByText("It stopped at step 2, on the client’s side").WaitForAsync();
        await AssertNeverLoadedAgainAsync(window);
    }

    [Fact]
    public async Task WithoutScriptOneLooksAgain()
    {
        await using var window = await OpenAsync(width: 390, script: false);
        await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start watching" }).ClickAsync();
        var ai = new WatchedClient(house, (await window.Page.Locator("#watch-url").InputValueAsync())!);
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
        await window.AssertSoundAsync("doctor", mayMove: true);
    }

    private async Task<WatchedPage> OpenAsync(int width, bool script = true)
    {
        var window = await browser.OpenAsync(width, script: script, at: house.Server);
        var page = window.Page;
        await page.GotoAsync($"/w/{house.Workspace}/clients");
        await page.Locator("#email").FillAsync("asha@example.in");
        await page.Locator("#password").FillAsync(AccountsServer.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "AI clients" }).WaitForAsync();
        return window;
    }

    private async Task<WatchedClient> WatchAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start watching" }).ClickAsync();
        await page.Locator("#doctor-1").WaitForAsync();
        await page.EvaluateAsync("document.body.dataset.same = 'yes'");
        return new WatchedClient(house, await page.Locator("#url").InputValueAsync());
    }
}

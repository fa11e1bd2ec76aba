using Microsoft.Playwright;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>From the first start's link to rows on the screen, in a real browser: every press is counted, and none is needless.</summary>
[Collection(BrowserCollection.Name)]
public sealed class FirstRunTests(BrowserFixture browser) : IAsyncLifetime
{
    /// <summary>Account, second step, codes, name, data: one press each, and one to open a table.</summary>
    private const int Presses = 6;

    private AccountsServer house = null!;
    private int pressed;

    public async ValueTask InitializeAsync() => house = await AccountsServer.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "E16")]
    public async Task FromTheLinkToATable_InSixPresses()
    {
        await using var window = await browser.OpenAsync(width: 390, at: house.Server);
        var page = window.Page;
        var token = house.Server.Get<OneTimeLinks>().Create(LinkKind.Setup, new LinkOwner(null, ""), OneTimeLinks.SetupLifetime);
        await page.GotoAsync("/setup?token=" + token);
        await LookAsync(window, "the first page", "Make the first account");
        await page.FillAsync("#email", "asha@example.in");
        await page.FillAsync("#name", "Asha Kulkarni");
        await page.FillAsync("#password", AccountsServer.Password);
        await PressAsync(page, "Make the account");

        await LookAsync(window, "the second step", "Turn on the second step");
        var secret = (await page.Locator("details .code").TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal);
        await page.FillAsync("[name=code]", house.CodeNow(AccountsServer.FromBase32(secret)));
        await PressAsync(page, "Turn on");

        await LookAsync(window, "the codes", "Keep these backup codes");
        await PressAsync(page, "I have kept them");

        await LookAsync(window, "the name", "Name the workspace");
        await page.FillAsync("#name", "Kesarvan Traders");
        await PressAsync(page, "Make the workspace");

        await LookAsync(window, "the first data", "Put your first data in");
        await PressAsync(page, "Load sample books");

        await LookAsync(window, "the tables", "Tables");
        await PressAsync(page, "parties");
        await LookAsync(window, "the rows", "parties");
        Assert.InRange(await page.Locator("tbody tr").CountAsync(), 10, 100);
        Assert.Equal(Presses, pressed);
    }

    private static async Task LookAsync(WatchedPage window, string what, string heading)
    {
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = heading, Level = 1 }).WaitForAsync();
        await window.AssertSoundAsync(what);
        if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { } folder)
        {
            await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"first-run {what}.png"), FullPage = true });
        }
    }

    private async Task PressAsync(IPage page, string name)
    {
        pressed++;
        await page.Locator("main").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = name, Exact = true }).Or(page.Locator("main").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = name, Exact = true })).ClickAsync();
    }
}

using Microsoft.Playwright;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>People sign in and protect their accounts, in a real browser against the real server.</summary>
[Collection(JourneyCollection.Name)]
public sealed class AccountTests(BrowserFixture browser, JourneyHouse house) : IAsyncLifetime
{
    private AccountsServer Accounts => house.House.Accounts;

    /// <summary>Each test has a person of its own.</summary>
    private string Email { get; } = house.NewEmail("asha");

    public async ValueTask InitializeAsync() => await Accounts.AddAsync(Email);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Trait("claim", "A10")]
    [Trait("claim", "A59")]
    public async Task ANewAccountTurnsOnItsSecondStep_InThreeClicks()
    {
        await using var window = await SignInAsync();
        var before = (await window.CookiesAsync())["session"].Value;

        await window.Page.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Main" }).GetByText("Security").ClickAsync();
        await window.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Turn on" }).ClickAsync();
        await window.AssertSoundAsync("the page with the picture");
        var secret = (await window.Page.Locator("details .code").TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal);
        await window.Page.FillAsync("[name=code]", Accounts.CodeNow(AccountsServer.FromBase32(secret)));
        await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Turn on" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "backup codes" }).WaitForAsync();

        Assert.Equal(10, await window.Page.Locator(".codes li").CountAsync());
        await window.AssertSoundAsync("the page with the backup codes");
        Assert.NotEqual(before, (await window.CookiesAsync())["session"].Value);
        await window.Page.GotoAsync(AccountPaths.Security);
        Assert.Contains("10 backup codes left", await window.Page.Locator("main").TextContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A87")]
    public async Task AccountSettings_AccountClosure_DownloadMyLogs_GivesTheFile()
    {
        await using var window = await SignInAsync();

        await window.Page.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Main" }).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Account Settings", Exact = true }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Account closure", Exact = true }).ClickAsync();
        await window.AssertSoundAsync("account closure");
        var download = await window.Page.RunAndWaitForDownloadAsync(() => window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Download my logs", Exact = true }).ClickAsync());

        Assert.Matches("^my-logs-[0-9-]{10}[.]zip$", download.SuggestedFilename);
        await using var zip = System.IO.Compression.ZipFile.OpenRead(await download.PathAsync());
        Assert.Contains(zip.Entries, entry => entry.FullName == "manifest.json");
    }

    [Fact]
    [Trait("claim", "A58")]
    public async Task TheSessionsCookieIsOutOfReachOfScripts()
    {
        await using var window = await SignInAsync();

        var cookie = (await window.CookiesAsync())["session"];
        Assert.True(cookie.HttpOnly);
        Assert.Equal((SameSiteAttribute.Lax, "/"), (cookie.SameSite, cookie.Path));
        Assert.Equal("", await window.Page.EvaluateAsync<string>("document.cookie"));
    }

    [Fact]
    [Trait("claim", "A54")]
    [Trait("claim", "A55")]
    [Trait("claim", "A57")]
    public async Task EveryPageOfAPersonIsSound_AndSetsNoOtherCookie()
    {
        await using var window = await SignInAsync();
        foreach (var path in (string[])[AccountPaths.Home, AccountPaths.Settings, AccountPaths.Security, AccountPaths.Sessions, AccountPaths.ChangePassword, AccountPaths.Mfa, AccountPaths.StepUp, "/nothing-here"])
        {
            await window.Page.GotoAsync(path);
            await window.AssertSoundAsync(path);
        }

        Assert.Equal(["form", "session"], (await window.CookiesAsync()).Keys.Order());
    }

    [Fact]
    public async Task AWrongPasswordIsSaid_AndSigningOutEndsIt()
    {
        await using var window = await browser.OpenAsync(at: Accounts.Server);
        await window.Page.GotoAsync(AccountPaths.Sessions);
        Assert.Contains(AccountPaths.SignIn, window.Page.Url, StringComparison.Ordinal);

        await TypeAsync(window.Page, Email, "not the password");
        Assert.Contains("do not match", await window.Page.GetByRole(AriaRole.Alert).TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(Email, await window.Page.InputValueAsync("#email"));

        Accounts.Clock.Advance(TimeSpan.FromSeconds(1)); // the pause after one wrong try
        await TypeAsync(window.Page, Email, AccountsServer.Password);
        await window.Page.WaitForURLAsync("**" + AccountPaths.Sessions); // where they wanted to go
        await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out" }).ClickAsync();
        await window.Page.GotoAsync(AccountPaths.Sessions);
        Assert.Contains(AccountPaths.SignIn, window.Page.Url, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "A58")]
    [Trait("claim", "A72")]
    [InlineData("http://localhost:65001/")] // the same site for cookies, which come along
    [InlineData("http://127.0.0.1:65001/")]
    public async Task AFormOfAnotherOriginDoesNothing(string evil)
    {
        await using var window = await SignInAsync();
        var other = await Accounts.SignInAsync(Email);
        var person = Accounts.Server.Get<PeopleStore>().FindByEmail(Email)!;
        var target = new UriBuilder(Accounts.Server.Url) { Host = "localhost", Path = AccountPaths.EndOtherSessions };
        await window.Page.RouteAsync(evil + "**", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "text/html",
            Body = $"<form method=\"post\" action=\"{target}\"><button>Win a phone</button></form>",
        }));

        await window.Page.GotoAsync(evil);
        var answer = await window.Page.RunAndWaitForResponseAsync(
            () => window.Page.GetByRole(AriaRole.Button).ClickAsync(), response => response.Url == target.Uri.ToString());

        Assert.Contains(answer.Status, (int[])[303, 403]);
        Assert.Equal(2, Accounts.Server.Get<SessionKeeper>().List(person.Id).Count);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await other.GetAsync(AccountPaths.Sessions)).Status);
    }

    private async Task<WatchedPage> SignInAsync()
    {
        var window = await browser.OpenAsync(at: Accounts.Server);
        await window.Page.GotoAsync(AccountPaths.SignIn);
        await TypeAsync(window.Page, Email, AccountsServer.Password);
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Your workspaces" }).WaitForAsync();
        return window;
    }

    private static async Task TypeAsync(IPage page, string email, string password)
    {
        await page.Locator("#email").FillAsync(email);
        await page.Locator("#password").FillAsync(password);
        await page.Keyboard.PressAsync("Enter");
    }
}

using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Somebody at a window of theirs, and what people do there: open a page, follow, press, fill in, choose, tick, and look.</summary>
/// <param name="who">For what is said when something is wrong.</param>
/// <param name="home">The address that all they open begin with.</param>
internal sealed class Visitor(WatchedPage window, string who, string home)
{
    public WatchedPage Window => window;

    public IPage Page => window.Page;

    /// <summary>Types an address: one of the workspace's, as /tables, or one of the server's, as ~/operator.</summary>
    public Task<IResponse?> OpenAsync(string path) => Page.GotoAsync(path.StartsWith('~') ? path[1..] : home + path);

    public Task FollowAsync(string link) => Page.Locator("main").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = link, Exact = true }).First.ClickAsync();

    /// <param name="button">How its name begins or what is in it.</param>
    public Task PressAsync(string button) => ButtonOf(button).ClickAsync();

    public Task FillAsync(string field, string text) => Page.Locator(field).FillAsync(text);

    public Task ChooseAsync(string field, string option) => Page.Locator(field).SelectOptionAsync(option);

    /// <summary>Whatever is the first of its kind, such as the link of a row.</summary>
    public Task ClickAsync(string first) => Page.Locator(first).First.ClickAsync();

    /// <summary>A text that can be pressed: of a label, or of what opens and closes.</summary>
    public Task ClickTextAsync(string text) => Page.Locator("main").GetByText(text, new LocatorGetByTextOptions { Exact = true }).First.ClickAsync();

    public Task TickAsync(string label) => Page.Locator("main").GetByLabel(label).First.ClickAsync();

    public Task SeesAsync(string text) => Page.Locator("main").GetByText(text).First.WaitForAsync();

    public Task SeesButtonAsync(string button) => ButtonOf(button).WaitForAsync();

    public Task SeesHeadingAsync(string text) => Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = text }).First.WaitForAsync();

    public async Task<int> CountAsync(string of) => await Page.Locator(of).CountAsync();

    public async Task<string> TextAsync(string of) => await Page.Locator(of).First.InnerTextAsync();

    /// <summary>The name of the file that a press brings.</summary>
    public async Task<string> DownloadAsync(string link) => (await Page.RunAndWaitForDownloadAsync(() => Page.Locator(link).ClickAsync())).SuggestedFilename;

    /// <summary>A mark of the document, which is gone when the page is loaded again.</summary>
    public Task MarkAsync() => Page.EvaluateAsync("document.body.dataset.same = 'yes'");

    public async Task AssertSamePageAsync() => Assert.True(await Page.EvaluateAsync<bool>("document.body.dataset.same === 'yes'"));

    public Task AssertSoundAsync(string what) => window.AssertSoundAsync($"{who}: {what}");

    /// <summary>Keeps a picture of the page, where pictures are asked for.</summary>
    public Task DrawAsync(string name)
    {
        var width = Page.ViewportSize!.Width;
        return PagesTests.DrawAsync(Page, string.Create(CultureInfo.InvariantCulture, $"journey-{name}"), width, WatchedPage.ThemeOf(width));
    }

    private ILocator ButtonOf(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = false }).First;
}

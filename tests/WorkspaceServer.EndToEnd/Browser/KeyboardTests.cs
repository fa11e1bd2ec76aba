using Microsoft.Playwright;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Pages by keyboard alone, and without script.</summary>
[Collection(BrowserCollection.Name)]
public sealed class KeyboardTests(BrowserFixture browser)
{
    [Fact]
    public async Task SignInNeedsNoMouse()
    {
        await using var window = await browser.OpenAsync();
        var sent = await SentFormAsync(window.Page, "**/sign-in");
        await window.Page.GotoAsync("/gallery/sign-in");

        Assert.Equal("email", await FocusedAsync(window.Page)); // by itself
        await window.Page.Keyboard.TypeAsync("asha@kesarvan.example");
        await window.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Forgot it?", await FocusedAsync(window.Page));
        await window.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("password", await FocusedAsync(window.Page));
        await window.Page.Keyboard.TypeAsync("four words nobody guesses");
        await window.Page.Keyboard.PressAsync("Enter");

        var form = await sent;
        Assert.Contains("email=asha%40kesarvan.example", form, StringComparison.Ordinal);
        Assert.Contains("password=four+words+nobody+guesses", form, StringComparison.Ordinal);
        Assert.Contains("return_to=%2Fw%2F1", form, StringComparison.Ordinal);
        Assert.Contains("__RequestVerificationToken=", form, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheMenuCanBeSkipped()
    {
        var page = (await browser.ShowAsync("team")).Page;
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await FocusedAsync(page));
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await page.EvaluateAsync<string>("location.hash.slice(1)"));
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Invite someone", await FocusedAsync(page));
    }

    /// <summary>With real presses on the pages that have the most to stop at. What <see cref="TabStops"/> says of every page rests on this: that Tab goes as it lists them, from first to last and back, and is held nowhere.</summary>
    [Theory]
    [InlineData("team", WatchedPage.Desk)]
    [InlineData("w-sql", WatchedPage.Desk)]
    [InlineData("w-grid", WatchedPage.Phone)]
    [InlineData("w-clients", WatchedPage.Phone)]
    [InlineData("consent", WatchedPage.Phone)]
    public async Task TabStopsAtEverythingInItsOrder_AndBack(string name, int width)
    {
        var window = await browser.ShowAsync(name);
        await window.BecomeAsync(width);
        var stops = await window.Page.EvaluateAsync<int>($$"""
            () => {
              const stops = ({{TabStops.List}})();
              globalThis.been = [];
              document.addEventListener('focusin', ({ target }) => been.push(stops.findIndex(stop => stop === target || (stop.type === 'radio' && stop.name === target.name))));
              return stops.length;
            }
            """);
        await PressAsync(window.Page, "Tab", stops);
        await PressAsync(window.Page, "Shift+Tab", stops - 1);

        int[] thereAndBack = [.. Enumerable.Range(0, stops), .. Enumerable.Range(0, stops - 1).Reverse()];
        Assert.Equal(thereAndBack, await window.Page.EvaluateAsync<int[]>("been"));
    }

    [Fact]
    public async Task ThePhonesMenuOpensAndCloses_WithoutScript()
    {
        await using var window = await browser.OpenAsync(390, script: false);
        await window.Page.GotoAsync("/gallery/team");
        var security = window.Page.Locator(".sidebar").GetByText("Security");
        Assert.False(await security.IsVisibleAsync());

        await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Menu" }).ClickAsync();
        Assert.True(await security.IsVisibleAsync());

        await window.Page.Keyboard.PressAsync("Escape");
        Assert.False(await security.IsVisibleAsync());
    }

    [Fact]
    public async Task FormsAreSentWithoutScript()
    {
        await using var window = await browser.OpenAsync(script: false);
        var sent = await SentFormAsync(window.Page, "**/register");
        await window.Page.GotoAsync("/gallery/register");
        await window.Page.FillAsync("[name=email]", "asha@kesarvan.example");
        await window.Page.Keyboard.PressAsync("Enter");

        Assert.Contains("email=asha%40kesarvan.example", await sent, StringComparison.Ordinal);
    }

    /// <summary>What the next form that posts to this address holds; the server does not see it.</summary>
    private static async Task<Task<string>> SentFormAsync(IPage page, string address)
    {
        var sent = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await page.RouteAsync(address, async route =>
        {
            if (route.Request.Method == "POST")
            {
                sent.TrySetResult(route.Request.PostData ?? "");
                await route.FulfillAsync(new RouteFulfillOptions { Status = 204 });
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        return sent.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static Task<string> FocusedAsync(IPage page) => page.EvaluateAsync<string>(
        "() => { const e = document.activeElement; return e === document.body ? '' : e.name || e.getAttribute('aria-label') || e.textContent.trim().replace(/\\s+/g, ' '); }");

    private static async Task PressAsync(IPage page, string key, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await page.Keyboard.PressAsync(key);
        }
    }
}

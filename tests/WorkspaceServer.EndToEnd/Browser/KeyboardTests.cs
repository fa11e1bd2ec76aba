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
    public async Task TheMenuCanBeSkipped_AndFocusIsAlwaysSeen()
    {
        await using var window = await browser.OpenAsync();
        await window.Page.GotoAsync("/gallery/team");
        await window.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await FocusedAsync(window.Page));
        await window.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await window.Page.EvaluateAsync<string>("location.hash.slice(1)"));

        var stops = new List<string>();
        for (var each = 0; each < 60; each++)
        {
            await window.Page.Keyboard.PressAsync("Tab");
            if (await FocusedAsync(window.Page) is not { Length: > 0 } focused)
            {
                break;
            }

            stops.Add(focused);
            Assert.True(await HasRingAsync(window.Page), $"no focus ring on {focused}");
        }

        Assert.DoesNotContain("Sign out", stops.Take(3)); // the menu was passed over
        Assert.Contains("See Imran Shaikh", stops);
        Assert.Contains("Invite someone", stops);
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

    // A label may show the ring of the box in it, and a segment that of its button.
    private static Task<bool> HasRingAsync(IPage page) => page.EvaluateAsync<bool>(
        "() => { const ring = e => getComputedStyle(e).outlineStyle !== 'none' && parseFloat(getComputedStyle(e).outlineWidth) >= 2; const e = document.activeElement; return ring(e) || ring(e.closest('label') || e); }");
}

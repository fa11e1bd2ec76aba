using Microsoft.Playwright;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Every page in a real browser: no violation of its policy, no other origin, nothing serious for axe, no sideways scrolling, one cookie and none that a script could read.</summary>
/// <remarks>With the variable SCREENSHOTS set to a folder it also draws them all there; `make screenshots` does that.</remarks>
[Collection(BrowserCollection.Name)]
public sealed class PagesTests(BrowserFixture browser)
{
    /// <summary>The narrowest window that a page must fit (WCAG 2.2, 1.4.10).</summary>
    private const int NarrowestWidth = 320;

    // It is loaded as the first: a narrow window has more that could jump about.
    private static readonly (int Width, ColorScheme Theme)[] Checked = [(390, ColorScheme.Dark), (1440, ColorScheme.Light)];
    private static readonly (int Width, ColorScheme Theme)[] Drawn = [(390, ColorScheme.Dark), (390, ColorScheme.Light), (1440, ColorScheme.Dark), (1440, ColorScheme.Light)];

    private static string? Folder => Environment.GetEnvironmentVariable("SCREENSHOTS");

    public static TheoryData<string> Names => [.. Gallery.Pages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("claim", "A54")]
    [Trait("claim", "A55")]
    [Trait("claim", "A57")]
    [Trait("claim", "D20")]
    [Trait("claim", "D72")]
    public async Task APageIsSound(string name)
    {
        var window = await browser.ShowAsync(name, WatchedPage.Phone);
        Assert.Equal(1, await window.Page.EvaluateAsync<int>("document.querySelectorAll('h1').length"));
        Assert.True(await window.Page.EvaluateAsync<bool>("!document.querySelector('[data-live], [data-copy], [data-save]') || document.querySelector('script[type=module]') !== null"), $"{name} needs app.js");
        Assert.Empty(SecretShapes.In(await window.Page.ContentAsync()));
        foreach (var (width, theme) in Folder is null ? Checked : Drawn)
        {
            await window.BecomeAsync(width, theme);
            await DrawAsync(window.Page, name, width, theme);
            await window.AssertSoundAsync($"{name} at {width} px, {theme}");
            await window.AssertReachableAsync($"{name} at {width} px");
        }

        await window.Page.SetViewportSizeAsync(NarrowestWidth, 900);
        await window.AssertFitsAsync($"{name} at {NarrowestWidth} px");
        Assert.All((await window.CookiesAsync()).Keys, cookie => Assert.Equal("form", cookie));
        Assert.Equal(0, await window.Page.EvaluateAsync<int>("document.cookie.length + localStorage.length + sessionStorage.length"));
    }

    internal static async Task DrawAsync(IPage page, string name, int width, ColorScheme theme)
    {
        if (Folder is { } folder)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}-{width}-{theme}.png".ToLowerInvariant()), FullPage = true });
        }
    }
}

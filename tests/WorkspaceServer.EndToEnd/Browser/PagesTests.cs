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

    private static readonly (int Width, ColorScheme Theme)[] Checked = [(1440, ColorScheme.Light), (390, ColorScheme.Dark)];
    private static readonly (int Width, ColorScheme Theme)[] Drawn = [(1440, ColorScheme.Light), (390, ColorScheme.Light), (1440, ColorScheme.Dark), (390, ColorScheme.Dark)];

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
        var window = await browser.ShowAsync(name);
        Assert.Equal(1, await window.Page.Locator("h1").CountAsync());
        Assert.Empty(SecretShapes.In(await window.Page.ContentAsync()));
        foreach (var (width, theme) in Folder is null ? Checked : Drawn)
        {
            await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = theme });
            await window.Page.SetViewportSizeAsync(width, 900);
            await DrawAsync(window.Page, name, width, theme);
            await window.AssertSoundAsync($"{name} at {width} px, {theme}");
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

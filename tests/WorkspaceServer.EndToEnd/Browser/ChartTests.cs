using System.Xml.Linq;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>The picture of an answer: chosen with the keyboard and without script, saved as a file that other programs draw.</summary>
[Collection(BrowserCollection.Name)]
public sealed class ChartTests(BrowserFixture browser)
{
    [Fact]
    public async Task TheWayToDrawIsChosenByKeyboard_WithoutScript()
    {
        await using var window = await browser.OpenAsync(script: false);
        await window.Page.GotoAsync("/gallery/w-sql");
        Assert.True(await window.Page.Locator("#chart-bars").IsVisibleAsync());
        await window.Page.Locator("#kind-bars").FocusAsync();
        await window.Page.Keyboard.PressAsync("ArrowRight");
        await window.Page.Keyboard.PressAsync("ArrowRight");

        Assert.Equal((false, true), (await window.Page.Locator("#chart-bars").IsVisibleAsync(), await window.Page.Locator("#chart-pie").IsVisibleAsync()));
        Assert.False(await window.Page.Locator("button[data-save]").First.IsVisibleAsync());
    }

    [Theory]
    [InlineData("bars", 4)]
    [InlineData("pie", 8)] // with the colours beside the names
    [InlineData("line", 1)]
    public async Task APictureIsSavedWithItsColours(string kind, int shapes)
    {
        await using var window = await browser.OpenAsync();
        await window.Page.GotoAsync("/gallery/w-sql");
        await window.Page.Locator($"label[for=kind-{kind}]").ClickAsync();
        var download = await window.Page.RunAndWaitForDownloadAsync(() => window.Page.Locator($"#chart-{kind} button[data-save]").ClickAsync());

        Assert.Equal("chart.svg", download.SuggestedFilename);
        await using var stream = await download.CreateReadStreamAsync();
        var drawn = (await XDocument.LoadAsync(stream, LoadOptions.None, TestContext.Current.CancellationToken)).Root!;
        Assert.Equal("http://www.w3.org/2000/svg", drawn.Name.NamespaceName);
        Assert.True(double.Parse(drawn.Attribute("width")!.Value, System.Globalization.CultureInfo.InvariantCulture) > 100);
        var painted = drawn.Descendants().Where(each => (string?)each.Attribute("fill") == "rgb(51, 70, 184)" || (string?)each.Attribute("stroke") == "rgb(51, 70, 184)").ToList();
        Assert.Equal(shapes, painted.Count);
        Assert.DoesNotContain(drawn.DescendantsAndSelf(), each => each.Name.LocalName is "script" or "image" or "foreignObject");
        Assert.Equal("rgb(255, 255, 255)", (string?)drawn.Elements().First(each => each.Name.LocalName == "rect").Attribute("fill"));
        if (kind == "pie")
        {
            Assert.Equal(4, drawn.Elements().Count(each => each.Name.LocalName == "text" && each.Value.EndsWith(" %)", StringComparison.Ordinal)));
        }

        if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { } folder)
        {
            await download.SaveAsAsync(Path.Combine(folder, $"saved-{kind}.svg"));
        }
    }
}

using Microsoft.Playwright;
using WorkspaceServer.Commands;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>One server with the gallery and one headless Chromium, for the tests of a collection.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    // Without those about the network, Chromium asks its maker for updates at every start.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? playwright;
    private IBrowser? browser;
    private RunningServer? server;
    private WatchedPage? gallery;

    internal RunningServer Server => server!;

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync(change: new WebServerChange((services, _) => Gallery.AddServices(services), Gallery.Map));
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = Arguments, Headless = true });
    }

    /// <summary>The one window that shows the pages of the gallery in turn. A window of its own for each would take as long as what is looked at in it.</summary>
    internal async Task<WatchedPage> ShowAsync(string name, int width = WatchedPage.Desk)
    {
        gallery ??= await OpenAsync();
        gallery.Forget();

        // As a new window is, whatever the test before has made of it.
        await gallery.BecomeAsync(width);
        await gallery.Page.GotoAsync("/gallery/" + name);
        return gallery;
    }

    /// <summary>A window of its own, with no cookies.</summary>
    /// <param name="at">Another server than the one with the gallery.</param>
    /// <param name="host">By name, as people have it: a passkey belongs to a domain, and an address of numbers is none.</param>
    internal async Task<WatchedPage> OpenAsync(int width = 1440, ColorScheme theme = ColorScheme.Light, bool script = true, RunningServer? at = null, string host = "localhost")
    {
        var url = new UriBuilder((at ?? Server).Url) { Host = host }.Uri;
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = url.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = theme,
            JavaScriptEnabled = script,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-IN",
        });
        return await WatchedPage.InAsync(context, url);
    }

    public async ValueTask DisposeAsync()
    {
        await (browser?.CloseAsync() ?? Task.CompletedTask);
        playwright?.Dispose();
        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

/// <summary>What looks at pages.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>
{
    public const string Name = "browser";
}

/// <summary>What goes the ways of people, in a browser of its own beside the other.</summary>
[CollectionDefinition(Name)]
public sealed class JourneyCollection : ICollectionFixture<BrowserFixture>, ICollectionFixture<JourneyHouse>
{
    public const string Name = "journeys";
}

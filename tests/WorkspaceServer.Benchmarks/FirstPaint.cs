using System.Globalization;
using Microsoft.Playwright;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Benchmarks;

/// <summary>When people see a page, and when it answers to them: in Chromium, on a processor that is slowed down as the profile for a slow phone does it.</summary>
internal sealed class FirstPaint : IAsyncDisposable
{
    /// <summary>How many times slower the processor is; Lighthouse slows a desk's processor by as much to stand for a phone's.</summary>
    public const int Slowdown = 4;

    private const int Runs = 5;

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly RunningServer server;
    private readonly TestBrowser visitor;

    private FirstPaint(IPlaywright playwright, IBrowser browser, RunningServer server, TestBrowser visitor) =>
        (this.playwright, this.browser, this.server, this.visitor) = (playwright, browser, server, visitor);

    /// <param name="visitor">Whose cookies the pages are asked for with.</param>
    public static async Task<FirstPaint> StartAsync(RunningServer server, TestBrowser visitor)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return new FirstPaint(playwright, browser, server, visitor);
    }

    /// <summary>A first visit, with nothing in the cache: milliseconds to the first text or picture, and until it is seen and its scripts have run. Medians.</summary>
    public async Task<(double Paint, double Interactive)> MeasureAsync(string path)
    {
        var (paints, interactives) = (new List<double>(), new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            await using var context = await browser.NewContextAsync(new BrowserNewContextOptions
            {
                ViewportSize = new ViewportSize { Width = 390, Height = 844 },
                ExtraHTTPHeaders = [KeyValuePair.Create("X-Forwarded-For", "192.0.2.1")],
            });
            await context.AddCookiesAsync(visitor.Cookies.Select(cookie => new Cookie { Name = cookie.Key, Value = cookie.Value, Url = server.Url.AbsoluteUri }));
            var page = await context.NewPageAsync();
            var protocol = await context.NewCDPSessionAsync(page);
            await protocol.SendAsync("Emulation.setCPUThrottlingRate", new Dictionary<string, object> { ["rate"] = Slowdown });
            var answer = await page.GotoAsync(new Uri(server.Url, path).AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
            if (answer?.Status != 200)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{path} answered {answer?.Status}."));
            }

            var paint = await page.EvaluateAsync<double>("""
                () => new Promise(done => new PerformanceObserver(list => {
                  for (const entry of list.getEntriesByName('first-contentful-paint')) { done(entry.startTime); }
                }).observe({ type: 'paint', buffered: true }))
                """);
            paints.Add(paint);
            // Modules run before this ends (HTML, section 13.2.7), so from then on what they make quicker is there. Nobody presses what they do not see.
            interactives.Add(Math.Max(paint, await page.EvaluateAsync<double>("() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")));
        }

        return (Median(paints), Median(interactives));
    }

    public async ValueTask DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }
}

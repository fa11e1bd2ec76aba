using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>A page that keeps what went wrong on it: messages in the console, what the policy refused, requests to other origins.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private static readonly string[] SeriousImpacts = ["serious", "critical"];

    private readonly IBrowserContext context;
    private readonly List<string> wrong = [];
    private readonly List<IRequest> requests = [];

    private WatchedPage(IBrowserContext context, IPage page, Uri origin)
    {
        this.context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            // Chromium reports each violation of the policy as an error; and, as one too, that a page itself came with a status of 400 or more.
            if (message.Type is "error" or "warning" && !requests.Any(request => request.IsNavigationRequest && message.Location.StartsWith(request.Url, StringComparison.Ordinal)
                && message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)))
            {
                wrong.Add($"console: {message.Text}");
            }
        };
        page.PageError += (_, error) => wrong.Add($"script: {error}");
        page.Request += (_, request) =>
        {
            requests.Add(request);
            if (!new Uri(request.Url).GetLeftPart(UriPartial.Authority).Equals(origin.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal))
            {
                wrong.Add($"another origin: {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Every request so far.</summary>
    public IReadOnlyList<IRequest> Requests => requests;

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyList<string> Wrong => wrong;

    public static async Task<WatchedPage> InAsync(IBrowserContext context, Uri origin) => new(context, await context.NewPageAsync(), origin);

    public async Task<IReadOnlyDictionary<string, BrowserContextCookiesResult>> CookiesAsync() => (await context.CookiesAsync()).ToDictionary(cookie => cookie.Name);

    /// <summary>Nothing went wrong, the page is not wider than the window, and axe finds nothing serious.</summary>
    public async Task AssertSoundAsync(string what)
    {
        Assert.True(wrong.Count == 0, $"{what}: {string.Join('\n', wrong)}");
        await AssertFitsAsync(what);
#pragma warning disable CS0618 // The newer way opens a second page for each run, for the sake of frames; we have none.
        var result = await Page.RunAxeLegacy();
#pragma warning restore CS0618
        var findings = result.Violations.Where(finding => SeriousImpacts.Contains(finding.Impact))
            .Select(finding => $"{what}: {finding.Id}: {string.Join(", ", finding.Nodes.Select(node => node.Html))}");
        Assert.Empty(findings);
    }

    public async Task AssertFitsAsync(string what)
    {
        var (content, window) = (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), await Page.EvaluateAsync<int>("window.innerWidth"));
        Assert.True(content <= window, $"{what}: {content} px in a window of {window}");
    }

    public async ValueTask DisposeAsync() => await context.CloseAsync();
}

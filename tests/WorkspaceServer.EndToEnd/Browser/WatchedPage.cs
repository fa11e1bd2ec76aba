using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>A page that keeps what went wrong on it: messages in the console, what the policy refused, requests to other origins.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    // Axe with all its rules, but without what it would tell of the elements that passed: that takes as long as the rules themselves.
    // The program is half a megabyte, so a document gets it once.
    private const string HasAxe = "() => typeof axe === 'object'";
    private const string SeriousFindings = """
        async () => (await axe.run(document, { resultTypes: ['violations'], selectors: false }))
            .violations.filter(finding => ['serious', 'critical'].includes(finding.impact))
            .map(finding => `${finding.id}: ${finding.nodes.map(node => node.html).join(', ')}`)
        """;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

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
        if (!await Page.EvaluateAsync<bool>(HasAxe))
        {
            await Page.EvaluateAsync(Axe);
        }

        Assert.Equal([], from finding in await Page.EvaluateAsync<string[]>(SeriousFindings) select $"{what}: {finding}");
    }

    /// <summary>Forgets what was asked for and what went wrong; the window stays.</summary>
    public void Forget()
    {
        wrong.Clear();
        requests.Clear();
    }

    public async Task AssertFitsAsync(string what)
    {
        var (content, window) = (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), await Page.EvaluateAsync<int>("window.innerWidth"));
        Assert.True(content <= window, $"{what}: {content} px in a window of {window}");
    }

    public async ValueTask DisposeAsync() => await context.CloseAsync();
}

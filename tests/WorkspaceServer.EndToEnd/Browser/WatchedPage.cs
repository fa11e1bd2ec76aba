using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>A page that keeps what went wrong on it: messages in the console, what the policy refused, requests to other origins.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    /// <summary>Widths in px.</summary>
    public const int Desk = 1440;

    public const int Phone = 390;

    // Axe with all its rules, but without what it would tell of the elements that passed: that takes as long as the rules themselves.
    // The program is half a megabyte, so a document gets it once.
    private const string HasAxe = "() => typeof axe === 'object'";
    private const string SeriousFindings = """
        async () => (await axe.run(document, { resultTypes: ['violations'], selectors: false }))
            .violations.filter(finding => ['serious', 'critical'].includes(finding.impact))
            .map(finding => `${finding.id}: ${finding.nodes.map(node => node.html).join(', ')}`)
        """;

    // How far things jumped about by themselves: the worst burst since the page was asked for, of jumps less than a second apart and five seconds in all (web.dev/articles/cls).
    // The browser marks what follows a press or another size of the window within half a second; that is not counted. A jump is known only once it is drawn, and its observer hears of it later still.
    private const string KeepShifts = """
        {
          let [most, burst, first, last] = [[], [], 0, 0];
          const sum = jumps => jumps.reduce((all, jump) => all + jump.value, 0);
          const keep = entries => {
            for (const jump of entries.filter(entry => !entry.hadRecentInput)) {
              [burst, first] = jump.startTime - last < 1000 && jump.startTime - first < 5000 ? [[...burst, jump], first] : [[jump], jump.startTime];
              last = jump.startTime;
              most = sum(burst) > sum(most) ? burst : most;
            }
          };
          const observer = new PerformanceObserver(list => keep(list.getEntries()));
          observer.observe({ type: 'layout-shift', buffered: true });
          globalThis.shifted = async limit => {
            await new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)));
            keep(observer.takeRecords());
            return sum(most) <= limit ? [] : most.map(jump => `it jumped about by ${jump.value}: ${jump.sources.map(({ node, previousRect, currentRect }) =>
              `${node?.tagName ?? ''} “${(node?.textContent ?? '').trim().slice(0, 30)}” ${Math.round(previousRect.y)} → ${Math.round(currentRect.y)}`).join(', ')}`);
          };
        }
        """;

    /// <summary>Above it people notice (web.dev/articles/cls).</summary>
    private const double MaxShift = 0.1;

    // A page that is wider than the window, and text that reaches over the edge of something that hides what is beyond it, and to which nobody can scroll. What only screen readers get is that way on purpose.
    private const string Misfits = """
        () => {
          const found = [];
          if (document.documentElement.scrollWidth > innerWidth) {
            found.push(`${document.documentElement.scrollWidth} px in a window of ${innerWidth}`);
          }
          const hides = new Map();
          const look = element => {
            if (!hides.has(element)) {
              const style = getComputedStyle(element);
              hides.set(element, { x: style.overflowX, y: style.overflowY, box: element.getBoundingClientRect() });
            }
            return hides.get(element);
          };
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const text = walker.currentNode;
            if (!text.data.trim() || text.parentElement.closest('.sr, script, textarea, select, [popover]:not(:popover-open)')) {
              continue;
            }
            const range = document.createRange();
            range.selectNodeContents(text);
            for (const part of range.getClientRects()) {
              for (let around = text.parentElement; around && around !== document.body; around = around.parentElement) {
                const { x, y, box } = look(around);
                if (['auto', 'scroll'].includes(x) || ['auto', 'scroll'].includes(y) || box.width <= 1 || box.height <= 1) {
                  break;
                }
                if ((['hidden', 'clip'].includes(x) && (part.right > box.right + 2 || part.left < box.left - 2)) || (['hidden', 'clip'].includes(y) && (part.bottom > box.bottom + 2 || part.top < box.top - 2))) {
                  found.push(`${text.data.trim().slice(0, 60)} is cut off in ${around.tagName}.${around.className}`);
                  break;
                }
              }
            }
          }
          return [...new Set(found)];
        }
        """;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly IBrowserContext context;
    private readonly List<string> wrong = [];
    private readonly List<IRequest> requests = [];
    private ColorScheme? shown;

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

    public static ColorScheme ThemeOf(int width) => width == Phone ? ColorScheme.Dark : ColorScheme.Light;

    public static async Task<WatchedPage> InAsync(IBrowserContext context, Uri origin)
    {
        await context.AddInitScriptAsync(KeepShifts);
        return new(context, await context.NewPageAsync(), origin);
    }

    public async Task<IReadOnlyDictionary<string, BrowserContextCookiesResult>> CookiesAsync() => (await context.CookiesAsync()).ToDictionary(cookie => cookie.Name);

    /// <summary>Nothing went wrong, the page is not wider than the window, no text is cut off, nothing jumped about, and axe finds nothing serious.</summary>
    public async Task AssertSoundAsync(string what)
    {
        Assert.True(wrong.Count == 0, $"{what}: {string.Join('\n', wrong)}");
        await AssertFitsAsync(what);
        if (!await Page.EvaluateAsync<bool>(HasAxe))
        {
            await Page.EvaluateAsync(Axe);
        }

        AssertNone(what, await Page.EvaluateAsync<string[]>(SeriousFindings));
        AssertNone(what, await Page.EvaluateAsync<string[]>("limit => globalThis.shifted(limit)", MaxShift));
    }

    /// <summary>Whoever has only a keyboard comes to everything, in the order in which it is read, and sees where they are.</summary>
    public async Task AssertReachableAsync(string what) => AssertNone(what, await Page.EvaluateAsync<string[]>(TabStops.Findings));

    /// <summary>Another size, with it another theme: on a desk by day, on a phone by night, if not asked otherwise.</summary>
    public async Task BecomeAsync(int width, ColorScheme? theme = null)
    {
        if (Page.ViewportSize!.Width != width)
        {
            await Page.SetViewportSizeAsync(width, 900);
        }

        if (shown != (theme ?? ThemeOf(width)))
        {
            shown = theme ?? ThemeOf(width);
            await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = shown });
        }
    }

    /// <summary>Forgets what was asked for and what went wrong; the window stays.</summary>
    public void Forget()
    {
        wrong.Clear();
        requests.Clear();
    }

    public async Task AssertFitsAsync(string what)
    {
        AssertNone(what, await Page.EvaluateAsync<string[]>(Misfits));
    }

    private static void AssertNone(string what, string[] findings) => Assert.True(findings.Length == 0, $"{what}: {string.Join('\n', findings)}");

    public async ValueTask DisposeAsync() => await context.CloseAsync();
}

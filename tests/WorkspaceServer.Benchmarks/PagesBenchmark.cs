using System.Diagnostics;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Benchmarks;

/// <summary>What pages weigh and take: the grid over 1,000,000 rows, filtered, sorted and far inside, and the pages around it, as an owner asks for them over HTTP and sees them in a browser.</summary>
internal static partial class PagesBenchmark
{
    private const int Rows = 1_000_000;
    private const int RowsPerAppend = 50_000;
    private const int Runs = 21;

    /// <summary>Of pages that may take seconds.</summary>
    private const int SlowRuns = 7;

    /// <summary>A page may take so much longer than the time that its table is looked through.</summary>
    private const double Beside = 1.2;
    private const double MaxMilliseconds = 50;
    private const double MaxKilobytes = 150;
    private const double MaxSeenMilliseconds = 1000;
    private const double MaxWholeOrderMilliseconds = 5000;

    public static async Task RunAsync(Report report)
    {
        await using var house = await AccountsServer.StartAsync();
        var workspace = house.Server.Workspace;
        await LoadAsync(house.Server.Workspaces, workspace);
        var person = await house.AddAsync();
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, workspace, person.Id, Role.Owner, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
        var browser = await house.SignInAsync();
        var grid = $"/w/{workspace}/tables/ledger";
        var far = await FarInsideAsync(browser, grid + "?sort=id");
        (string Name, string Path, double Most)[] pages =
        [
            ("grid over 1,000,000 rows", grid, MaxMilliseconds),
            ("grid, sorted by its key, page 40", far, MaxMilliseconds),
            ("grid, one party of 5,000", grid + "?where=party~eq~P0042", MaxMilliseconds),
            ("grid, one day of 84, no index", grid + "?where=day~eq~2025-03-03", MaxMilliseconds),
            ("grid, narration contains a party, no index, time over at 500 ms", grid + "?where=narration~has~party%204242", Beside * LookingTime.OfPages.Finding.TotalMilliseconds),
            ("grid, an amount that no row has, no index, time over at 500 ms", grid + "?where=amount~eq~-1", Beside * LookingTime.OfPages.Finding.TotalMilliseconds),
            ("grid, sorted by amount, no index, time over at 2 s", grid + "?sort=amount&dir=desc", Beside * LookingTime.OfPages.Sorting.TotalMilliseconds),
            ("grid, sorted by a text, no index, time over at 2 s", grid + "?sort=narration", Beside * LookingTime.OfPages.Sorting.TotalMilliseconds),
            ("grid, one party of 5,000 sorted by amount, no index", grid + "?where=party~eq~P0042&sort=amount", MaxMilliseconds),
            ("grid, one day of 84 sorted by amount, no index, time over at 2 s", grid + "?where=day~eq~2025-03-03&sort=amount", Beside * LookingTime.OfPages.Sorting.TotalMilliseconds),
            ("overview", $"/w/{workspace}", MaxMilliseconds),
            ("tables", $"/w/{workspace}/tables", MaxMilliseconds),
            ("SQL", $"/w/{workspace}/sql", MaxMilliseconds),
            ("agents", $"/w/{workspace}/agents", MaxMilliseconds),
            ("AI clients", $"/w/{workspace}/clients", MaxMilliseconds),
            ("team", $"/w/{workspace}/team", MaxMilliseconds),
            ("audit", $"/w/{workspace}/audit", MaxMilliseconds),
        ];
        foreach (var (name, path, most) in pages)
        {
            var runs = most > 1000 ? SlowRuns : Runs;
            report.Row($"page: {name}, median of {runs}", $"≤ {most} ms", await MedianAsync(browser, path, runs), most, "ms");
        }

        var whole = await WholeOrderAsync(browser, grid + "?sort=amount&dir=desc");
        report.Row("grid, sorted by amount, no index: until its first page is certain, “Go on” pressed at once", $"≤ {MaxWholeOrderMilliseconds:0} ms", whole, MaxWholeOrderMilliseconds, "ms");

        foreach (var (name, path, _) in pages.Where(page => page.Name is "grid over 1,000,000 rows" or "overview" or "SQL").Prepend(("sign-in", "/sign-in", 0)))
        {
            report.Row($"weight of a first visit: {name}", $"≤ {MaxKilobytes} KB", await WeightAsync(house.Server, browser, path) / 1000.0, MaxKilobytes, "KB");
        }

        await using var painted = await FirstPaint.StartAsync(house.Server, browser);
        foreach (var (name, path, _) in pages.Where(page => !page.Name.Contains("no index", StringComparison.Ordinal)).Prepend(("sign-in", "/sign-in", 0)))
        {
            var (paint, interactive) = await painted.MeasureAsync(path);
            report.Row($"first paint in Chromium, processor {FirstPaint.Slowdown} times slower: {name}", $"≤ {MaxSeenMilliseconds:0} ms", paint, MaxSeenMilliseconds, "ms");
            report.Row($"interactive, the same: {name}", $"≤ {MaxSeenMilliseconds:0} ms", interactive, MaxSeenMilliseconds, "ms");
        }
    }

    private static async Task LoadAsync(TemporaryWorkspaces workspaces, WorkspaceId workspace)
    {
        ColumnSchema[] columns = [new("id", ColumnType.Integer), new("day", ColumnType.Date), new("party", ColumnType.Text), new("amount", ColumnType.Decimal), new("narration", ColumnType.Text)];
        var load = await workspaces.Gateway.BeginLoadAsync(workspace, new TableSchema("ledger", columns, KeyColumn: "id"), CancellationToken.None);
        for (var first = 0; first < Rows; first += RowsPerAppend)
        {
            await workspaces.Gateway.AppendAsync(
                workspace,
                load,
                [.. Enumerable.Range(first, RowsPerAppend).Select(i => new SqlValue[] { (long)i, $"2025-{1 + (i % 12):00}-{1 + (i % 28):00}", $"P{i % 5000:0000}", i % 1_000_000 / 100.0, $"Invoice {i} of party {i % 5000}" })],
                CancellationToken.None);
        }

        await workspaces.Gateway.CommitLoadAsync(workspace, load, CancellationToken.None);
    }

    private static async Task<string> FarInsideAsync(TestBrowser browser, string path)
    {
        for (var page = 1; page < 40; page++)
        {
            path = System.Net.WebUtility.HtmlDecode(Next().Match((await browser.GetAsync(path)).Body).Groups[1].Value);
        }

        return path;
    }

    /// <summary>A page that could not look through the whole table leads on to itself; one that could leads to the second.</summary>
    private static async Task<double> WholeOrderAsync(TestBrowser browser, string path)
    {
        var started = Stopwatch.GetTimestamp();
        for (var page = await browser.GetAsync(path); page.Body.Contains("Sorted among the first", StringComparison.Ordinal); page = await browser.GetAsync(path))
        {
            path = System.Net.WebUtility.HtmlDecode(Next().Match(page.Body).Groups[1].Value);
        }

        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<double> MedianAsync(TestBrowser browser, string path, int runs)
    {
        var times = new List<double>();
        for (var run = 0; run < runs + 3; run++)
        {
            var started = Stopwatch.GetTimestamp();
            var page = await browser.GetAsync(path);
            if (page.Status != System.Net.HttpStatusCode.OK)
            {
                throw new InvalidOperationException($"{path} answered {page.Status}.");
            }

            if (run >= 3)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        times.Sort();
        return times[runs / 2];
    }

    /// <summary>Bytes of the page, which the server sends as it is, and of the files that it names, in the form that a browser takes.</summary>
    private static async Task<long> WeightAsync(RunningServer server, TestBrowser browser, string path)
    {
        var page = await browser.GetAsync(path);
        long bytes = page.Bytes.Length;
        foreach (var file in Asset().Matches(page.Body).Select(match => match.Value).Distinct())
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, file);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br");
            using var response = await server.Http.SendAsync(request);
            bytes += (await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()).Length;
        }

        return bytes;
    }

    [GeneratedRegex("href=\"([^\"]*after=[^\"]*)\"[^>]*>\\s*<svg[^>]*><use[^>]*#right")]
    private static partial Regex Next();

    [GeneratedRegex("/assets/[a-z0-9.-]+")]
    private static partial Regex Asset();
}

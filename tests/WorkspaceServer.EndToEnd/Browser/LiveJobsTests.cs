using Microsoft.Playwright;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>What people wait for moves by itself, on a page that is never loaded again.</summary>
[Collection(JourneyCollection.Name)]
public sealed class LiveJobsTests(BrowserFixture browser, JourneyHouse journeys)
{
    private readonly TaskCompletionSource<LoadedTable> load = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OAuthHouse House => journeys.House;

    [Fact]
    public async Task AFileIsSeenToComeIn()
    {
        var begun = new TaskCompletionSource<IProgress<CsvProgress>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = House.Server.Get<UploadJobs>().Begin(House.Owner, House.Server.Workspace, "stock.csv", (running, report) =>
        {
            begun.SetResult(report);
            return load.Task.WaitAsync(running.Stopped);
        });
        var progress = await begun.Task;
        await using var window = await OpenAsync(FollowUpload.AddressOf(job), "stock.csv");
        progress.Report(new CsvProgress(0.25, "Loading stock", 96_000));
        await window.Page.GetByText("96,000 rows so far").WaitForAsync();
        await window.Page.GetByText("25% done").WaitForAsync();
        await PagesTests.DrawAsync(window.Page, "motion-upload", 390, ColorScheme.Dark);
        progress.Report(new CsvProgress(0.5, "Indexing stock", 100_000));
        await window.Page.GetByText("Indexing stock").First.WaitForAsync();
        load.SetResult(new LoadedTable("stock", 100_000, new Dictionary<string, string>(), House.Accounts.Clock.GetUtcNow()));
        await window.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "See the table" }).WaitForAsync();

        await AssertNeverLoadedAgainAsync(window);
    }

    [Fact]
    public async Task AFileIsStopped()
    {
        var job = House.Server.Get<UploadJobs>().Begin(House.Owner, House.Server.Workspace, "stock.csv", (running, _) => load.Task.WaitAsync(running.Stopped));
        await using var window = await OpenAsync(FollowUpload.AddressOf(job), "stock.csv", script: false);
        await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Stop loading" }).ClickAsync();

        await window.Page.GetByText("You stopped it. Nothing was loaded.").WaitForAsync();
    }

    private static async Task AssertNeverLoadedAgainAsync(WatchedPage window)
    {
        Assert.True(await window.Page.EvaluateAsync<bool>("document.body.dataset.same === 'yes'"));
        await window.AssertSoundAsync("live");
    }

    private async Task<WatchedPage> OpenAsync(string path, string heading, bool script = true)
    {
        var window = await journeys.OpenAsync(browser, "owner", WatchedPage.Phone, script);
        var page = window.Page;
        await page.GotoAsync(path);
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = heading }).WaitForAsync();
        if (script)
        {
            await page.EvaluateAsync("document.body.dataset.same = 'yes'");
        }

        return window;
    }
}

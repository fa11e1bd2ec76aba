using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Tables;

/// <summary>A file that takes a while has a page of its own, which only who sent it sees, and on which they can stop it.</summary>
public sealed class UploadJobsTests : IAsyncLifetime
{
    private readonly TaskCompletionSource<LoadedTable> load = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IProgress<CsvProgress> progress = null!;
    private OAuthHouse house = null!;

    private UploadJobs Jobs => house.Server.Get<UploadJobs>();

    public async ValueTask InitializeAsync() => house = await OAuthHouse.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task ThePageSaysHowFarItIs_AndWhatBecameOfIt()
    {
        var job = await BeginAsync();
        progress.Report(new CsvProgress(0.25, "Loading stock", 96_000));
        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(10));
        var running = await house.Browser.GetAsync(FollowUpload.AddressOf(job));
        using var stream = await EventStream.OpenAsync(house.Server, house.Browser, FollowUpload.AddressOf(job) + "/events");
        var state = await stream.NextAsync();
        progress.Report(new CsvProgress(0.5, "Indexing stock", 100_000));
        var next = await stream.NextAsync();
        load.SetResult(new LoadedTable("stock", 100_000, new Dictionary<string, string>(), house.Accounts.Clock.GetUtcNow()));
        var last = await stream.NextAsync();
        var over = await house.Browser.GetAsync(FollowUpload.AddressOf(job));

        // A quarter took 10 seconds, so three quarters take 30.
        Assert.Contains("25% done, about 30 s left", running.Body, StringComparison.Ordinal);
        Assert.Contains("96,000 rows so far", running.Body, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;stock&lt;/b&gt;.csv", running.Body, StringComparison.Ordinal);
        Assert.Contains($"data-live-state=\"{state}\"", running.Body, StringComparison.Ordinal);
        Assert.Equal(3, new[] { state, next, last }.Distinct().Count());
        Assert.Contains("1,00,000 rows are there", over.Body, StringComparison.Ordinal);
        Assert.Contains($"href=\"/w/{house.Workspace}/tables/stock\"", over.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("data-live=", over.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoSentItStopsIt()
    {
        var job = await BeginAsync();
        var answer = await house.Browser.PostAsync(FollowUpload.AddressOf(job) + "/stop", [], FollowUpload.AddressOf(job));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.Work);

        Assert.Equal((HttpStatusCode.SeeOther, FollowUpload.AddressOf(job)), (answer.Status, answer.Location));
        Assert.Contains("You stopped it. Nothing was loaded.", (await house.Browser.GetAsync(FollowUpload.AddressOf(job))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsWrongWithTheFileIsSaid()
    {
        var job = await BeginAsync();
        load.SetException(new ProblemException(ProblemCodes.InvalidData, "Line 7 has 1 cell, and the header 2."));
        await Assert.ThrowsAsync<ProblemException>(() => job.Work);

        Assert.Contains("Line 7 has 1 cell, and the header 2.", (await house.Browser.GetAsync(FollowUpload.AddressOf(job))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherOwnerNeitherSeesNorStopsIt()
    {
        var job = await BeginAsync();
        var ravi = await house.Accounts.AddAsync("ravi@example.in");
        house.Join(ravi.Id, Role.Owner);
        var other = await house.Accounts.SignInAsync("ravi@example.in");

        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(FollowUpload.AddressOf(job))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(FollowUpload.AddressOf(job) + "/events")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await other.PostAsync(FollowUpload.AddressOf(job) + "/stop", [], $"/w/{house.Workspace}/upload")).Status);
        Assert.False(job.Work.IsCompleted);
    }

    [Fact]
    public async Task FilesInMemoryAreBounded_AndWhatIsOverIsForgotten()
    {
        var jobs = new UploadJobs(new Signals(), house.Accounts.Clock);
        UploadJob Begin(int person) => jobs.Begin($"person-{person}", house.Server.Workspace, "x.csv", (_, _) => load.Task);
        var all = new List<UploadJob>();
        for (var i = 0; i < UploadJobs.MaxRunning; i++)
        {
            all.Add(Begin(i / UploadJobs.MaxPerPerson));
            if (i == UploadJobs.MaxPerPerson - 1)
            {
                Assert.Throws<ProblemException>(() => Begin(0));
            }
        }

        Assert.Throws<ProblemException>(() => Begin(UploadJobs.MaxRunning));
        load.SetException(new ProblemException(ProblemCodes.InvalidData, "wrong"));
        foreach (var job in all)
        {
            await Assert.ThrowsAsync<ProblemException>(() => job.Work);
        }

        var first = Begin(0);
        Assert.NotNull(jobs.Find("person-0", house.Server.Workspace, first.Id));
        house.Accounts.Clock.Advance(UploadJobs.Kept);
        Assert.Null(jobs.Find("person-0", house.Server.Workspace, first.Id));
    }

    private async Task<UploadJob> BeginAsync()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = Jobs.Begin(house.Owner, house.Server.Workspace, "<b>stock</b>.csv", (running, report) =>
        {
            progress = report;
            begun.SetResult();
            return load.Task.WaitAsync(running.Stopped);
        });
        await begun.Task;
        return job;
    }
}

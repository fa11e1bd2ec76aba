using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces.Sync;
using Xunit;
using static WorkspaceServer.Tests.Sync.SyncHouse;

namespace WorkspaceServer.Tests.Sync;

/// <summary>How many rows a run still brings and how long it takes, as an honest guess; and a person who stops it.</summary>
public sealed class RunOutlookTests(SyncHouse house) : IClassFixture<SyncHouse>
{
    private static readonly DateTimeOffset Noon = new(2026, 4, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RunRequest Snapshot = new(SyncMode.Snapshot, Orders, "orders.csv");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Expected by arithmetic: a quarter in 30 seconds leaves three quarters, 90 seconds.</summary>
    [Theory]
    [InlineData(100L, null, 25, 0, 30, 0, 100, 90)]
    [InlineData(null, 100L, 25, 0, 30, 0, 100, 90)]
    [InlineData(200L, 100L, 25, 0, 30, 0, 200, 210)]
    [InlineData(100L, null, 50, 25, 30, 0, 100, 60)] // 25 of them had come before it was resumed
    [InlineData(100L, null, 0, 0, 0, 0, 100, null)] // nothing came yet
    [InlineData(100L, null, 25, 25, 30, 0, 100, null)] // nothing came since it was resumed
    [InlineData(100L, null, 100, 0, 30, 0, 100, null)] // all came
    [InlineData(100L, null, 25, 0, 30, 120, 100, 90)]
    [InlineData(100L, null, 25, 0, 30, 121, 100, null)] // nothing comes
    [InlineData(5_000_000_000L, null, 1, 0, 30, 0, 5_000_000_000, null)] // years
    public void ThePaceSaysHowLong(long? expected, long? lastTime, long rows, long before, int took, int since, long of, int? left)
    {
        var outlook = new RunPace(expected, rows, before, Noon, Noon.AddSeconds(took)).OutlookAt(Noon.AddSeconds(took + since), lastTime);

        Assert.Equal(new RunOutlook(of, expected is not null, left), outlook);
    }

    [Theory]
    [InlineData(null, null, 5)] // nothing to go by
    [InlineData(0L, null, 0)]
    [InlineData(null, 10L, 11)] // the guess has proved wrong
    [InlineData(10L, 20L, 11)]
    public void WhatIsNotKnownIsNotSaid(long? expected, long? lastTime, long rows) =>
        Assert.Null(new RunPace(expected, rows, 0, Noon, Noon.AddSeconds(30)).OutlookAt(Noon.AddSeconds(30), lastTime));

    [Fact]
    public async Task AnAgentThatSaysNothingIsMeasuredByTheTableAsItIs_AndOneThatSaysIsTaken()
    {
        var books = await house.NewBooksAsync();
        var sender = books.Sender;
        await SyncSender.OkAsync(await sender.BeginAsync(sender.NewRun(), Snapshot));
        Assert.Null(await OutlookAsync(books));
        var (last, _) = await books.SendOrdersAsync(Order(1, "alpha", "10"), Order(2, "beta", "20"));
        Assert.Null(await OutlookAsync(books));

        var run = sender.NewRun();
        await SyncSender.OkAsync(await sender.BeginAsync(run, Snapshot));
        Assert.Equal(new RunOutlook(2, IsCounted: false, null), await OutlookAsync(books));
        await SyncSender.OkAsync(await sender.BeginAsync(run, Snapshot, "40"));
        Assert.Equal(new RunOutlook(40, IsCounted: true, null), await OutlookAsync(books));
        var (batch, _) = SyncSender.Rows(Orders, [Order(1, "alpha", "1"), Order(3, "gamma", "2")]);
        await SyncSender.OkAsync(await sender.PutAsync(run, 1, batch));
        Assert.Equal(new RunOutlook(40, IsCounted: true, null), await OutlookAsync(books) is { } outlook ? outlook with { SecondsLeft = null } : null);

        // What an upsert brings is not what the table has.
        await SyncSender.OkAsync(await sender.BeginAsync(sender.NewRun(), Snapshot with { Mode = SyncMode.Upsert, BasedOn = last }));
        Assert.Null(await OutlookAsync(books));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("5000000001")]
    [InlineData("99999999999999999999999999")]
    [InlineData("1e3")]
    [InlineData("+5")]
    [InlineData("")]
    [InlineData("1", "2")]
    public async Task ANumberThatCannotBeIsRefused_AndNothingBegins(params string[] expected)
    {
        var books = await house.NewBooksAsync();
        using var refused = await books.Sender.BeginAsync(books.Sender.NewRun(), Snapshot, expected);
        using var most = await books.Sender.BeginAsync(books.Sender.NewRun(), Snapshot, "5000000000");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_argument"), (refused.StatusCode, await TestAgent.CodeOf(refused)));
        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
        Assert.Single(await RunsAsync(books));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.SyncRunStopped))]
    public async Task AStoppedRunChangesNothing_AndItsAgentIsToldSoOnce()
    {
        var books = await house.NewBooksAsync();
        var (sender, server) = (books.Sender, books.House.Server);
        await books.SendOrdersAsync(Order(1, "alpha", "10"));
        var run = sender.NewRun();
        var (batch, totals) = SyncSender.Rows(Orders, [Order(1, "other", "11")]);
        await SyncSender.OkAsync(await sender.BeginAsync(run, Snapshot));
        await SyncSender.OkAsync(await sender.PutAsync(run, 1, batch));
        var path = $"/api/v1/workspaces/{books.Workspace}/sync/runs/{run}/stop";
        var viewer = books.House.Person(books.Workspace, Role.Member);
        var stranger = books.House.Person(server.Workspaces.Create(), Role.Owner);

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(viewer, path));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(stranger, path));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(books.Owner, path.Replace(run, sender.NewRun(), StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(books.Owner, path.Replace(run, "x", StringComparison.Ordinal)));
        Assert.Equal("open", (await RunsAsync(books))[0].Outcome);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(books.Owner, path));
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(books.Owner, path));

        using (var late = await sender.PutAsync(run, 2, batch))
        {
            Assert.Equal((HttpStatusCode.Conflict, SyncProblems.RunStopped), (late.StatusCode, await TestAgent.CodeOf(late)));
        }

        using (var commit = await sender.CommitAsync(run, SyncSender.Commit([batch], totals)))
        {
            Assert.Equal(SyncProblems.RunStopped, await TestAgent.CodeOf(commit));
        }

        Assert.Equal(SyncProblems.RunStopped, (await RunsAsync(books))[0].Outcome);
        Assert.Equal("1|alpha|10", await books.AskAsync("SELECT id, party, amount FROM orders"));
        Assert.Equal(RunStatus.Abandoned, (await SyncSender.OkAsync(await sender.BeginAsync(run, Snapshot))).Status);
        Assert.Equal("orders", books.House.Dump("SELECT details ->> 'table' FROM audit_entry WHERE workspace_id = @w AND action = 'sync.run_stopped'", ("@w", books.Workspace.ToString())));
        Assert.DoesNotContain(server.Workspaces.TablesInFile(books.Workspace), name => name.StartsWith("_ws_run_", StringComparison.Ordinal));

        // The next one goes through.
        await books.SendOrdersAsync(Order(1, "other", "11"));
        Assert.Equal("1|other|11", await books.AskAsync("SELECT id, party, amount FROM orders"));
    }

    private async Task<HttpStatusCode> StatusAsync(string person, string path)
    {
        using var answer = await house.House.SendAsync(person, HttpMethod.Post, path);
        return answer.StatusCode;
    }

    private static Task<IReadOnlyList<SyncLogEntry>> RunsAsync(Books books) => books.House.Server.Get<ISyncGateway>().ListRunsAsync(books.Workspace, null, 10, Cancel);

    private static async Task<RunOutlook?> OutlookAsync(Books books) => (await RunsAsync(books))[0].Outlook;
}

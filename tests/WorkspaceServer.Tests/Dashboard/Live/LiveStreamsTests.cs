using System.Net;
using WorkspaceServer.Control;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.OAuth.Doctor;
using Xunit;

namespace WorkspaceServer.Tests.Dashboard.Live;

/// <summary>Streams say that something is new, to whom may hear it, for as long as they may.</summary>
public sealed class LiveStreamsTests : IAsyncLifetime
{
    private OAuthHouse house = null!;

    private LiveStreams Streams => house.Server.Get<LiveStreams>();

    public async ValueTask InitializeAsync() => house = await OAuthHouse.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task AStreamSaysHowItIsAndWhatIsNew()
    {
        var ai = await Watching.StartAsync(house);
        using var stream = await OpenAsync();
        var first = await stream.NextAsync();
        await ai.AskAsync();
        var second = await stream.NextAsync();
        var page = await house.Browser.GetAsync(Watching.PageOf(house));

        Assert.Equal(("text/event-stream", "no"), (stream.Response.Content.Headers.ContentType?.MediaType, stream.Response.Headers.GetValues("X-Accel-Buffering").Single()));
        Assert.Contains("no-store", stream.Response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(first, second);
        // The page that is loaded then says the same, so it is not loaded again.
        Assert.Contains($"data-live-state=\"{second}\"", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProgramThatDoesNotAskForAStreamAloneGetsOneAnswer()
    {
        await Watching.StartAsync(house);
        var answer = await house.Browser.GetAsync(Watching.PageOf(house) + "/doctor/events", "application/json, text/event-stream");

        Assert.Matches(@"\Aevent: state\ndata: \d+\.0\.0\.0\n\n\z", answer.Body);
        Assert.Equal(0, Streams.Count);
    }

    [Fact]
    public async Task AStreamHearsOfTimeToo()
    {
        var ai = await Watching.StartAsync(house);
        await ai.AskAsync();
        using var stream = await OpenAsync();
        var before = await stream.NextAsync();
        var next = stream.NextAsync();
        await AdvanceUntilAsync(next, TimeSpan.FromSeconds(1));

        Assert.NotEqual(before, await next);
    }

    [Theory]
    [InlineData("sign-out")]
    [InlineData("suspended")]
    [InlineData("suspended here")]
    [InlineData("session ended")]
    public async Task AStreamEndsWithinASecond(string how)
    {
        await Watching.StartAsync(house);
        using var stream = await OpenAsync();
        await stream.NextAsync();
        switch (how)
        {
            case "sign-out":
                await house.Browser.PostAsync("/sign-out", [], Watching.PageOf(house));
                break;
            case "suspended":
                await house.Server.Get<Suspensions>().SuspendAsync(house.Server.Get<PeopleStore>().Find(house.Owner)!);
                break;
            case "suspended here":
                house.Dump("UPDATE membership SET suspended_at = 1");
                house.Dump("UPDATE change_counter SET revision = revision + 1");
                break;
            default:
                house.Dump("DELETE FROM session");
                break;
        }

        var end = stream.NextAsync();
        await AdvanceUntilAsync(end, LiveStreams.CheckEvery);

        Assert.Null(await end);
        Assert.Equal(0, Streams.Count);
    }

    /// <summary>A page that is left open does not keep its person signed in.</summary>
    [Fact]
    public async Task AStreamIsNoUseOfTheSession()
    {
        await Watching.StartAsync(house);
        using var stream = await OpenAsync();
        await stream.NextAsync();
        var before = house.Dump("SELECT last_seen_at FROM session");
        var beat = stream.BeatAsync();
        await AdvanceUntilAsync(beat, TimeSpan.FromSeconds(5));

        Assert.NotNull(await beat);

        Assert.Equal(before, house.Dump("SELECT last_seen_at FROM session"));
    }

    [Fact]
    public async Task AStreamEndsByItselfAfterAWhile()
    {
        await Watching.StartAsync(house);
        using var stream = await OpenAsync();
        var end = stream.ToEndAsync();
        await AdvanceUntilAsync(end, LiveStreams.BeatEvery);

        Assert.Contains("event: beat", await end, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APersonHasOnlySoMany_AndGivesThemBack()
    {
        await Watching.StartAsync(house);
        var open = new List<EventStream>();
        for (var i = 0; i < LiveStreams.MaxPerPerson; i++)
        {
            open.Add(await OpenAsync());
            Assert.Equal(HttpStatusCode.OK, open[^1].Response.StatusCode);
            await open[^1].NextAsync();
        }

        using (var refused = await OpenAsync())
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.Response.StatusCode);
        }

        open.ForEach(stream => stream.Dispose());
        await UntilAsync(() => Streams.Count == 0);
        using var again = await OpenAsync();
        Assert.Equal(HttpStatusCode.OK, again.Response.StatusCode);
    }

    [Fact]
    public async Task AServerThatStopsWaitsForNoStream()
    {
        await Watching.StartAsync(house);
        using var stream = await OpenAsync();
        await stream.NextAsync();
        var stopping = house.Server.StopAsync();

        await stopping.WaitAsync(EventStream.Limit, TestContext.Current.CancellationToken);
    }

    /// <summary>What the policy remembers is as old as this at most, and the stream looks as often as this.</summary>
    [Fact]
    public void WithinASecondIsWithinASecond() => Assert.True(LiveStreams.CheckEvery + ChangeCounter.MaxAge < TimeSpan.FromSeconds(1));

    /// <summary>Moves the clock on, by so much each time, until the task is done. The server needs a moment of real time to look at it.</summary>
    private async Task AdvanceUntilAsync(Task task, TimeSpan step)
    {
        while (!task.IsCompleted)
        {
            house.Accounts.Clock.Advance(step);
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken));
        }
    }

    /// <summary>What the other side of a connection does when this side goes gives no signal.</summary>
    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(EventStream.Limit);
        while (!isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
        }
    }

    private Task<EventStream> OpenAsync() => EventStream.OpenAsync(house.Server, house.Browser, Watching.PageOf(house) + "/doctor/events");
}

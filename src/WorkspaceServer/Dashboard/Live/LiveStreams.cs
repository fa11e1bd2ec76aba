using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;

namespace WorkspaceServer.Dashboard.Live;

/// <summary>Says whether who opened a stream may still have it: signed in, not suspended, and allowed what the endpoint asks for.</summary>
internal interface ILiveAccess
{
    /// <summary>Asked twice a second for each stream; must not count as use of the session.</summary>
    bool IsStill(HttpContext context);
}

/// <summary>Streams of server-sent events (HTML, section 9.2) by which a page hears that it is out of date; it then fetches itself anew.</summary>
/// <remarks>
/// What goes over a stream is a short text of which the page knows only whether it is the one that it was drawn with. So there is one way in which
/// anything is shown, the page itself, and a stream that somebody else could read would tell them next to nothing.
/// </remarks>
internal sealed class LiveStreams(Signals signals, ILiveAccess access, TimeProvider clock, IHostApplicationLifetime server)
{
    /// <summary>Streams that one person may have open. A page has one at most, and closes it while nobody looks at it.</summary>
    public const int MaxPerPerson = 6;

    /// <summary>Streams of everybody together.</summary>
    public const int MaxInAll = 1_000;

    /// <summary>How long after a sign-out or a suspension a stream ends at most, beside what the policy remembers.</summary>
    public static readonly TimeSpan CheckEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>A quiet stream says this often that it lives: proxies give up after 60 seconds.</summary>
    public static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(15);

    /// <summary>A stream ends after this long; browsers open it again by themselves, with all checks.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    /// <summary>What browsers ask for when they open a stream (HTML, section 9.2.3). Who asks for anything else, too, gets one event and the end.</summary>
    private const string OnlyEvents = "text/event-stream";

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> open = new(StringComparer.Ordinal);
    private readonly CancellationToken stopping = server.ApplicationStopping;
    private int all;

    /// <summary>Streams that are open now.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return all;
            }
        }
    }

    /// <param name="topic">What makes the stream look.</param>
    /// <param name="state">What the page would be drawn with now, as a short text.</param>
    /// <exception cref="ProblemException">Too many are open.</exception>
    public IResult Open(HttpContext context, string topic, Func<string> state)
    {
        var person = context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("Streams are for people who are signed in.");
        if (!TryEnter(person))
        {
            throw new ProblemException(ProblemCodes.TooManyRequests, "Too many pages of yours move by themselves now. Close some; this one can be loaded again by hand.");
        }

        return new Stream(this, person, topic, state);
    }

    private bool TryEnter(string person)
    {
        lock (gate)
        {
            var count = open.GetValueOrDefault(person);
            if (count >= MaxPerPerson || all >= MaxInAll)
            {
                return false;
            }

            open[person] = count + 1;
            all++;
            return true;
        }
    }

    private void Leave(string person)
    {
        lock (gate)
        {
            all--;
            if (--open[person] == 0)
            {
                open.Remove(person);
            }
        }
    }

    private async IAsyncEnumerable<SseItem<string>> RunAsync(HttpContext context, string topic, Func<string> state, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var watch = signals.Begin(topic);
        var began = clock.GetTimestamp();
        var spoke = began;
        string? sent = null;
        while (clock.GetElapsedTime(began) < MaxAge && access.IsStill(context))
        {
            var now = state();
            if (now != sent)
            {
                (sent, spoke) = (now, clock.GetTimestamp());
                yield return new SseItem<string>(now, "state");
            }
            else if (clock.GetElapsedTime(spoke) >= BeatEvery)
            {
                spoke = clock.GetTimestamp();
                yield return new SseItem<string>("", "beat");
            }

            if (context.Request.Headers.Accept != OnlyEvents)
            {
                yield break;
            }

            await watch.WaitAsync(CheckEvery, clock, cancel);
        }
    }

    private sealed class Stream(LiveStreams owner, string person, string topic, Func<string> state) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            // nginx would keep events until a buffer is full.
            httpContext.Response.Headers["X-Accel-Buffering"] = "no";
            using var either = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, owner.stopping);
            try
            {
                await TypedResults.ServerSentEvents(owner.RunAsync(httpContext, topic, state, either.Token)).ExecuteAsync(httpContext);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                // The page was left, or the server stops: the ordinary end of a stream.
            }
            finally
            {
                owner.Leave(person);
            }
        }
    }
}

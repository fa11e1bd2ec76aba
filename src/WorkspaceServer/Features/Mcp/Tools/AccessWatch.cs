using WorkspaceServer.Features.Tokens;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Ends calls whose access ended while they run, so that nobody's processor works for an answer that is never handed out.</summary>
/// <remarks>Looks only while calls run; one that is done before the next look costs no more than its entry here.</remarks>
internal sealed partial class AccessWatch(TokenCheck tokens, ILogger<AccessWatch> log) : IDisposable
{
    /// <summary>How often running calls are looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly HashSet<Watched> running = [];
    private readonly Lock gate = new();
    private Timer? timer;
    private bool isLooking;

    /// <summary>Watches one call until what comes back is disposed.</summary>
    /// <param name="cancel">Of the call itself; then it ends too.</param>
    public Watched Watch(Caller caller, CancellationToken cancel)
    {
        var call = new Watched(this, caller, cancel);
        lock (gate)
        {
            running.Add(call);
            if (!isLooking)
            {
                isLooking = true;
                timer ??= new Timer(_ => TryLook());
                timer.Change(Interval, Interval);
            }
        }

        return call;
    }

    public void Dispose() => timer?.Dispose();

    /// <summary>Nobody is above a timer to whom a failure could go: it would end the program.</summary>
    private void TryLook()
    {
        try
        {
            Look();
        }
#pragma warning disable CA1031 // Looked at again soon, and in any case before an answer goes out.
        catch (Exception error)
#pragma warning restore CA1031
        {
            NotLooked(log, error);
        }
    }

    private void Look()
    {
        Watched[] calls;
        lock (gate)
        {
            calls = [.. running];
            if (calls.Length == 0)
            {
                isLooking = false;
                timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var call in calls.Where(call => !call.HasEnded && !tokens.IsStillGood(call.Caller)))
        {
            call.End();
        }
    }

    private void Remove(Watched call)
    {
        lock (gate)
        {
            running.Remove(call);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Whether the access of running calls still holds could not be looked up; it is tried again.")]
    private static partial void NotLooked(ILogger logger, Exception error);

    /// <summary>One call that runs.</summary>
    internal sealed class Watched(AccessWatch owner, Caller caller, CancellationToken cancel) : IDisposable
    {
        private readonly CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        private readonly Lock gate = new();
        private bool disposed;

        public Caller Caller => caller;

        /// <summary>Falls when the caller goes away, or its access ends.</summary>
        public CancellationToken Cancel => source.Token;

        /// <summary>Whether the access was seen to have ended.</summary>
        public bool HasEnded { get; private set; }

        public void End()
        {
            lock (gate)
            {
                if (!disposed)
                {
                    HasEnded = true;
                    source.Cancel();
                }
            }
        }

        public void Dispose()
        {
            owner.Remove(this);
            lock (gate)
            {
                disposed = true;
                source.Dispose();
            }
        }
    }
}

using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Mcp.Quotas;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>What happens around each call of a tool: a token runs only so many at once, the next ones wait, it reads only so much in a day, and each one is logged and recorded.</summary>
internal sealed class ToolCalls(McpOptions options, Policy policy, DailyQuotas quotas, TokenCheck tokens, AccessWatch watch, AuditLog audit, SqlText sqlText, ILogger<WorkspaceTool> log)
{
    /// <summary>Calls of one token that wait for a place; more are refused.</summary>
    public const int MaxWaiting = 64;

    /// <summary>What a client is told whose access was taken away while it waited.</summary>
    public const string AccessEnded = "This access ended while the call ran, so nothing is handed out.";

    /// <summary>How long a call waits for a place.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, Line> lines = [];
    private readonly Lock gate = new();

    /// <summary>Takes a place for one call of this token, waiting for one if need be; disposing what comes back gives it up.</summary>
    /// <exception cref="ProblemException">Too many calls of this token wait, none ended in time, or it has read what it may read in a day.</exception>
    public async Task<IDisposable> BeginAsync(Caller caller, CancellationToken cancel)
    {
        var line = Join(caller.TokenId) ?? throw Busy();
        var hasPlace = false;
        try
        {
            hasPlace = await line.Places.WaitAsync(MaxWait, cancel);
        }
        finally
        {
            if (!hasPlace)
            {
                Leave(line);
            }
        }

        var place = hasPlace ? new Place(this, line) : throw Busy();
        try
        {
            quotas.Require(caller);
            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <exception cref="ProblemException">Since the call began, its token was revoked, paused or stopped.</exception>
    public void RequireStillGood(Caller caller)
    {
        if (!tokens.IsStillGood(caller))
        {
            throw new ProblemException(ProblemCodes.Forbidden, AccessEnded);
        }
    }

    /// <summary>Lets the call end when its access does; disposing what comes back ends the watch.</summary>
    public AccessWatch.Watched Watch(Caller caller, CancellationToken cancel) => watch.Watch(caller, cancel);

    /// <summary>Counts what a call gave away against the token's day.</summary>
    public void Count(Caller caller, int rows, int bytes) => quotas.Count(caller, rows, bytes);

    /// <summary>Asks the policy: the token's scopes bound it, and so does what its maker may do now.</summary>
    public bool IsAllowed(Caller caller, Permission permission) => policy.May(caller.Principal, permission, caller.Workspace).IsAllowed;

    /// <summary>Returns when the call's audit row is durable; only then may it be answered.</summary>
    public Task DoneAsync(ToolCallNotes notes)
    {
        notes.Write(log);
        return audit.RecordAsync(new AuditEntry(AuditActions.McpToolCalled)
        {
            Target = ("tool", notes.Tool),
            Outcome = notes.Outcome,
            Details = notes.Details(sqlText),
        });
    }

    /// <summary>Records a call of a tool that there is not, or that the token does not cover.</summary>
    /// <param name="tool">As the caller wrote it.</param>
    /// <param name="outcome">A problem code, or "unknown_tool".</param>
    public Task RefusedAsync(string tool, string outcome) => audit.RecordAsync(new AuditEntry(AuditActions.McpToolRefused)
    {
        Target = ("tool", tool),
        Outcome = outcome,
        Details = [("client", RequestScope.Current?.Client)],
    });
    private Line? Join(string token)
    {
        lock (gate)
        {
            if (!lines.TryGetValue(token, out var line))
            {
                lines.Add(token, line = new Line(token, new SemaphoreSlim(options.MaxCallsPerToken)));
            }

            if (line.Calls >= options.MaxCallsPerToken + MaxWaiting)
            {
                return null;
            }

            line.Calls++;
            return line;
        }
    }

    private void Leave(Line line)
    {
        lock (gate)
        {
            if (--line.Calls == 0)
            {
                lines.Remove(line.Token);
            }
        }
    }

    private ProblemException Busy() =>
        new(ProblemCodes.Busy, $"This token has {options.MaxCallsPerToken} calls running and more waiting. Wait for some to end.");

    private sealed class Line(string token, SemaphoreSlim places)
    {
        public string Token => token;

        public SemaphoreSlim Places => places;

        public int Calls { get; set; }
    }

    private sealed class Place(ToolCalls owner, Line line) : IDisposable
    {
        public void Dispose()
        {
            line.Places.Release();
            owner.Leave(line);
        }
    }
}

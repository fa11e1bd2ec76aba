using System.Collections.Concurrent;
using System.Globalization;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Quotas;

/// <summary>Counts what each token reads in a day (UTC) and refuses calls when its rows or bytes of the day are used up.</summary>
/// <remarks>
/// Counted in memory, written together, so that a call writes nothing as a rule. A crash forgets at most what was not written yet:
/// <see cref="MaxUnwrittenRows"/> and <see cref="MaxUnwrittenBytes"/> of a token, or what it read in <see cref="Interval"/>. By as much, and by the
/// calls that run at the same time, may several processes on one data folder go over a budget together.
/// </remarks>
/// <param name="mails">Who is told when a token comes to the end of its day; null to tell the log alone.</param>
internal sealed partial class DailyQuotas(TokenUsageStore store, McpOptions options, TimeProvider clock, ILogger<DailyQuotas> log, BudgetMails? mails = null) : BackgroundService
{
    /// <summary>Rows of one token that are counted and not written; with more, they are written at once.</summary>
    public const int MaxUnwrittenRows = 1_000;

    /// <summary>Likewise bytes.</summary>
    public const int MaxUnwrittenBytes = 1 << 20;

    /// <summary>How often usage is written, and how old what is known of other processes may be.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, TokenDay> days = new(StringComparer.Ordinal);

    private int Today => DayOf(clock.GetUtcNow());

    /// <summary>Days since 1970, UTC.</summary>
    public static int DayOf(DateTimeOffset time) => (int)(time.ToUnixTimeSeconds() / (24 * 60 * 60));

    /// <exception cref="ProblemException">The token has read what it may read in a day.</exception>
    public void Require(Caller caller)
    {
        var day = DayOfToken(caller);
        lock (day.Gate)
        {
            if (!day.IsNew(clock))
            {
                Write(day);
            }

            RequireLeft(day, caller, "rows", day.Used.Rows, caller.Budget.Rows ?? options.RowsPerDay);
            RequireLeft(day, caller, "bytes", day.Used.Bytes, caller.Budget.Bytes ?? options.BytesPerDay);
        }
    }

    public void Count(Caller caller, int rows, int bytes)
    {
        var day = DayOfToken(caller);
        lock (day.Gate)
        {
            day.Unwritten += new TokenUsage(rows, bytes);
            if (day.Unwritten.Rows > MaxUnwrittenRows || day.Unwritten.Bytes > MaxUnwrittenBytes)
            {
                Write(day);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        WriteAll();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cleanedOn = 0;
        while (true)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            try
            {
                WriteAll();
                if (cleanedOn != Today)
                {
                    store.Forget(Today - TokenUsageStore.KeptDays);
                    cleanedOn = Today;
                }
            }
#pragma warning disable CA1031 // Nothing is lost: what was not written stays counted and is written next time.
            catch (Exception error)
#pragma warning restore CA1031
            {
                NotWritten(log, error);
            }
        }
    }

    private TokenDay DayOfToken(Caller caller)
    {
        var today = Today;
        return days.AddOrUpdate(caller.TokenId, id => new TokenDay(id, today), (id, day) => day.Day == today ? day : Next(day, today));
    }

    /// <summary>A new day; what the old one still holds is written with it.</summary>
    private TokenDay Next(TokenDay old, int today)
    {
        lock (old.Gate)
        {
            if (old.Unwritten != default)
            {
                Write(old);
            }
        }

        return new TokenDay(old.Token, today);
    }

    /// <summary>All tokens in one transaction: a commit waits for the disk, and every other writer waits for the commit.</summary>
    private void WriteAll()
    {
        var taken = days.Values.Select(day => (Day: day, Usage: day.Take())).Where(each => each.Usage != default).ToList();
        try
        {
            var sums = taken.Count == 0 ? [] : store.Add([.. taken.Select(each => (each.Day.Token, each.Day.Day, each.Usage))]);
            foreach (var ((day, _), sum) in taken.Zip(sums))
            {
                day.Written(sum, clock.GetTimestamp());
            }
        }
        catch
        {
            taken.ForEach(each => each.Day.NotWritten());
            throw;
        }

        foreach (var (token, day) in days.Where(each => each.Value.Day != Today))
        {
            days.TryRemove(new(token, day));
        }
    }

    /// <summary>One token alone, in its lock.</summary>
    private void Write(TokenDay day)
    {
        day.Known = day.Unwritten == default ? store.Find(day.Token, day.Day) : store.Add([(day.Token, day.Day, day.Unwritten)])[0];
        day.Unwritten = default;
        day.ReadAt = clock.GetTimestamp();
    }

    private void RequireLeft(TokenDay day, Caller caller, string unit, long used, long budget)
    {
        if (used < budget)
        {
            return;
        }

        if (!day.WasTold)
        {
            day.WasTold = true;
            UsedUp(log, caller.TokenId, caller.TokenName, budget, unit);
            mails?.Send(caller, budget, unit);
        }

        var reset = DateTimeOffset.UnixEpoch.AddDays(day.Day + 1);
        throw new ProblemException(ProblemCodes.QuotaExceeded, string.Create(
            CultureInfo.InvariantCulture, $"This token has read its {budget} {unit} of today. It may go on at {JsonText.Time(reset)}, or ask its owner for a larger budget."));
    }

    [LoggerMessage(1, LogLevel.Warning, "Token {token} ({name}) has used up its {budget} {unit} of today.")]
    private static partial void UsedUp(ILogger logger, string token, string name, long budget, string unit);

    [LoggerMessage(2, LogLevel.Warning, "What tokens read could not be written yet; it stays counted.")]
    private static partial void NotWritten(ILogger logger, Exception error);

    /// <summary>What one token read in one day; changed under its own lock.</summary>
    private sealed class TokenDay(string token, int day)
    {
        private TokenUsage beingWritten;

        public string Token => token;

        public int Day => day;

        /// <summary>As the database says, at <see cref="ReadAt"/>.</summary>
        public TokenUsage Known { get; set; }

        public Lock Gate { get; } = new();

        public TokenUsage Unwritten { get; set; }

        public TokenUsage Used => Known + beingWritten + Unwritten;

        public long? ReadAt { get; set; }

        public bool WasTold { get; set; }

        public bool IsNew(TimeProvider clock) => ReadAt is { } at && clock.GetElapsedTime(at) < Interval;

        /// <summary>What is to be written; <see cref="Written"/> or <see cref="NotWritten"/> says how that went.</summary>
        public TokenUsage Take()
        {
            lock (Gate)
            {
                (beingWritten, Unwritten) = (Unwritten, default);
                return beingWritten;
            }
        }

        public void Written(TokenUsage sum, long at)
        {
            lock (Gate)
            {
                // A write of this token alone may have been faster, and then knows more: usage only grows.
                Known = new TokenUsage(Math.Max(Known.Rows, sum.Rows), Math.Max(Known.Bytes, sum.Bytes));
                (beingWritten, ReadAt) = (default, at);
            }
        }

        public void NotWritten()
        {
            lock (Gate)
            {
                (beingWritten, Unwritten) = (default, beingWritten + Unwritten);
            }
        }
    }
}

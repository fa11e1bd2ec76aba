using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Audit;

/// <summary>Every night: removes rows older than twelve months and fifteen days, so that none lives for less than 12 months or more than 13.</summary>
/// <remarks>
/// The row about a sweep comes first and says up to which row it removes; the removal follows in short transactions. So a sweep that was
/// interrupted is finished by the next one, and one that was finished is not done twice in a night.
/// </remarks>
internal sealed partial class AuditSweeper(AuditStore store, AuditLog audit, TimeProvider clock, ILogger<AuditSweeper> log) : BackgroundService
{
    public static readonly Recording Recording = Recording.As(AuditActions.AuditSwept);

    /// <summary>When the night's sweep begins, UTC: 02:30 in India.</summary>
    public static readonly TimeSpan TimeOfDay = TimeSpan.FromHours(21);

    private const int Months = 12;
    private const int Days = 15;

    /// <summary>Rows of one transaction; others wait for the control database meanwhile.</summary>
    private const int RowsPerTransaction = 2_000;

    /// <summary>Does what is left to do of the last night, if anything is.</summary>
    public async Task SweepAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var plan = store.LastSweep();
        if (plan is null || plan.Value.At < LastNight(now).ToUnixTimeMilliseconds())
        {
            plan = await PlanAsync(now);
        }

        var (_, through, cutoff) = plan.Value;
        while (!cancel.IsCancellationRequested && store.RemoveOldest(through, cutoff, now.ToUnixTimeMilliseconds(), RowsPerTransaction))
        {
            // Each turn removes some; the last one finds nothing.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = LastNight(clock.GetUtcNow()).AddDays(1);
            try
            {
                await SweepAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The edge of a job: it is said here, and tried again the next night.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Failed(log, error);
            }

            var wait = next - clock.GetUtcNow();
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, clock, stoppingToken);
        }
    }

    private async Task<(long At, long Through, long Cutoff)> PlanAsync(DateTimeOffset now)
    {
        var cutoff = now.AddMonths(-Months).AddDays(-Days);
        var through = store.LastOlderThan(cutoff.ToUnixTimeMilliseconds());
        var removed = Math.Max(0, through - store.LastRemoved());
        await audit.RecordAsync(new AuditEntry(AuditActions.AuditSwept)
        {
            Actor = AuditActor.Server,
            Details = [("removed", removed), ("through", through), ("cutoff_ms", cutoff.ToUnixTimeMilliseconds())],
        });
        Swept(log, removed, through, cutoff);
        return (now.ToUnixTimeMilliseconds(), through, cutoff.ToUnixTimeMilliseconds());
    }

    private static DateTimeOffset LastNight(DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + TimeOfDay;
        return today <= now ? today : today.AddDays(-1);
    }

    [LoggerMessage(1, LogLevel.Information, "The audit log's sweep removes {rows} rows, up to row {through}, older than {cutoff}.")]
    private static partial void Swept(ILogger logger, long rows, long through, DateTimeOffset cutoff);

    [LoggerMessage(2, LogLevel.Error, "The audit log's sweep failed. It is tried again the next night.")]
    private static partial void Failed(ILogger logger, Exception error);
}

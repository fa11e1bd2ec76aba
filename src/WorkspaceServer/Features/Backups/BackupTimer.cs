using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Backups;

/// <summary>Every night a whole backup and a sweep, and every few minutes the pages that changed. A night that was missed is made up for at once, and so is what somebody asks for.</summary>
/// <remarks>What counts as due is asked of the record of runs, so a restart changes nothing.</remarks>
internal sealed partial class BackupTimer(
    BackupOptions options, BackupStore runs, RecipientWatch recipients, BackupRunner runner, PackRunner packs, BackupSweeper sweeper, BackupWish wish, BackupProgress progress, TimeProvider clock, ILogger<BackupTimer> log) : BackgroundService
{
    public static readonly Recording Recording = BackupRunner.Recording;

    /// <summary>How long after a failure it is tried again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Does what is due now.</summary>
    /// <returns>When to look again.</returns>
    public async Task<DateTimeOffset> RunDueAsync(CancellationToken cancel)
    {
        var night = NextNight(options, clock.GetUtcNow()) - Day;
        var isMade = !wish.Take() && !recipients.IsChanged && runs.LastWhole() is { } good && good.StartedAt >= night;
        try
        {
            if (!isMade)
            {
                var made = await MakeAsync(cancel);
                Made(log, made.Generation.Id, made.Uploaded, made.Kept, made.UploadedBytes);
                await sweeper.PruneAsync(cancel);
            }
            else if (options.PackMinutes > 0)
            {
                await packs.RunAsync(cancel);
            }
        }
        catch (Exception error) when (error is ProblemException or ObjectStoreException or IOException or Vault.VaultException)
        {
            Failed(log, error);
            return clock.GetUtcNow() + (isMade ? TimeSpan.FromMinutes(options.PackMinutes) : RetryAfter);
        }

        var next = night + Day;
        var pack = clock.GetUtcNow() + TimeSpan.FromMinutes(options.PackMinutes);
        return options.PackMinutes > 0 && pack < next ? pack : next;
    }

    private async Task<BackupResult> MakeAsync(CancellationToken cancel)
    {
        progress.Begin();
        try
        {
            return await runner.RunAsync(progress.Report, cancel);
        }
        finally
        {
            progress.End();
        }
    }

    /// <summary>When the next nightly backup begins.</summary>
    public static DateTimeOffset NextNight(BackupOptions options, DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + options.NightlyTime;
        return today <= now ? today + Day : today;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.IsOn && !stoppingToken.IsCancellationRequested)
        {
            var next = await RunDueAsync(stoppingToken);
            var wait = next - clock.GetUtcNow();
            await Task.WhenAny(Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, clock, stoppingToken), wish.Asked);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Backup {id}: {uploaded} files uploaded, {kept} unchanged, {bytes} bytes.")]
    private static partial void Made(ILogger logger, string id, long uploaded, long kept, long bytes);

    [LoggerMessage(2, LogLevel.Error, "A backup failed. It is tried again in a few minutes, and the doctor says so.")]
    private static partial void Failed(ILogger logger, Exception error);
}

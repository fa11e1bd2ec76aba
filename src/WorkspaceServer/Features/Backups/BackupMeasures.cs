using Prometheus;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Hosting.Measures;

namespace WorkspaceServer.Features.Backups;

/// <summary>When the last good backup began and the last good drill ended, and whether the last attempt at each was one.</summary>
internal sealed class BackupMeasures(ServerMeasures measures, BackupOptions options, BackupStore runs, DrillStore drills) : IMeasured
{
    private readonly Gauge isOn = measures.Make.CreateGauge("workspace_backup_on", "1 if backups are made, 0 if they are off.");
    private readonly Gauge lastGood = measures.Make.CreateGauge("workspace_backup_last_good_timestamp_seconds", "When the last good backup began, in seconds since 1970; 0 if there is none.");
    private readonly Gauge lastFailed = measures.Make.CreateGauge("workspace_backup_last_failed", "1 if the last attempt failed, 0 if not.");
    private readonly Gauge lastGoodDrill = measures.Make.CreateGauge("workspace_drill_last_good_timestamp_seconds", "When the last good restore drill of everything ended, in seconds since 1970; 0 if there is none.");
    private readonly Gauge lastGoodSample = measures.Make.CreateGauge("workspace_drill_sample_last_good_timestamp_seconds", "When the last good restore drill of a sample of the workspaces ended, in seconds since 1970; 0 if there is none.");
    private readonly Gauge lastDrillFailed = measures.Make.CreateGauge("workspace_drill_last_failed", "1 if not everything came back in the last restore drill, 0 if it did.");

    public void Measure()
    {
        isOn.Set(options.IsOn ? 1 : 0);
        lastGood.Set(runs.LastWhole()?.StartedAt.ToUnixTimeSeconds() ?? 0);
        lastFailed.Set(runs.LastAttempt() is { Outcome: not ("ok" or "running") } ? 1 : 0);
        lastGoodDrill.Set(drills.LastGood()?.At.ToUnixTimeSeconds() ?? 0);
        lastGoodSample.Set(drills.LastGoodSample()?.At.ToUnixTimeSeconds() ?? 0);
        lastDrillFailed.Set(drills.LastBad() is null ? 0 : 1);
    }
}

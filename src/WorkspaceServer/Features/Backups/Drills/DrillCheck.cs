using System.Globalization;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Backups.Drills;

/// <summary>A restore was practised not long ago, and everything came back.</summary>
internal sealed class DrillCheck(BackupOptions options, DrillStore drills, TimeProvider clock) : QuickCheck
{
    private const string Setting = "Backup:DrillDays";
    private const string Cure = "ops/drill/restore-drill on another machine, then here: workspace-server drill record drill-certificate.json";

    protected override Finding Look(CheckRequest request)
    {
        if (!options.IsOn || options.DrillDays == 0)
        {
            return Finding.Ok(options.IsOn ? "not asked for" : "there are no backups to practise with", Setting) with { IsOff = true };
        }

        var (good, sample, now) = (drills.LastGood(), drills.LastGoodSample(), clock.GetUtcNow());
        if (drills.LastBad() is { } bad)
        {
            return Finding.Fail($"In the restore drill of {Day(bad.At)} not everything came back.", Setting, Cure);
        }

        var sampled = sample is null ? "" : $"; a sample of the workspaces in the one of {Day(sample.At)}";
        var limit = TimeSpan.FromDays(options.DrillDays);
        if (good is not null)
        {
            return now - good.At <= limit
                ? Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"everything came back in the one of {Day(good.At)}, after {good.RecoverySeconds:0} s{sampled}"), Setting)
                : Finding.Fail(string.Create(CultureInfo.InvariantCulture, $"The last restore drill of everything was {(now - good.At).TotalDays:0} days ago; it is due every {options.DrillDays} days."), Setting, Cure);
        }

        var never = sample is null
            ? "No restore was practised yet, so nobody knows that the backups can be read."
            : $"No restore of everything was practised yet, only of a sample of the workspaces, last on {Day(sample.At)}.";
        return drills.BackedUpSince() is { } since && now - since > limit ? Finding.Fail(never, Setting, Cure) : Finding.Warn(never, Setting, Cure);
    }

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

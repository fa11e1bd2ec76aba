using System.Globalization;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Backups;

/// <summary>Whether the last night's backup is there.</summary>
internal sealed class BackupHealth(BackupOptions options, BackupStore runs, TimeProvider clock)
{
    /// <summary>A night may take this long until it counts as missed.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(26);

    /// <summary>When the last good backup began, or null.</summary>
    public DateTimeOffset? LastGood => runs.LastWhole()?.StartedAt;

    /// <returns>One sentence.</returns>
    /// <exception cref="ProblemException">A night was missed, or the last backup failed.</exception>
    public string Describe()
    {
        if (!options.IsOn)
        {
            return "off: Backup:Recipients is empty, so nothing is backed up. Run: workspace-server backup configure --new-identity FILE";
        }

        var (good, attempt) = (runs.LastWhole(), runs.LastAttempt());
        var why = attempt is { Outcome: not ("ok" or "running") } ? $" The last one failed: {attempt.Message}" : "";
        if (good is null)
        {
            throw new ProblemException(ProblemCodes.NoBackup, $"No backup was made yet with the present keys.{why} Run: workspace-server backup run");
        }

        var age = clock.GetUtcNow() - good.StartedAt;
        if (age > MaxAge)
        {
            throw new ProblemException(ProblemCodes.NoBackup, string.Create(
                CultureInfo.InvariantCulture, $"A night was missed: the last good backup is of {good.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {age.TotalHours:0} hours ago.{why} Run: workspace-server backup run"));
        }

        return good.Message is { } left
            ? throw new ProblemException(ProblemCodes.Corrupt, $"The last backup could not read everything: {left}")
            : string.Create(CultureInfo.InvariantCulture, $"the last one is of {good.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {good.Files} files uploaded, {good.Kept} unchanged");
    }
}

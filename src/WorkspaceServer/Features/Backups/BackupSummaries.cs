using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Backups;

/// <summary>How it stands with the backups of one workspace.</summary>
/// <param name="IsOn">Whether this server makes backups at all.</param>
/// <param name="IsLate">A night was missed.</param>
/// <param name="LastAt">When the last whole one with this workspace in it was begun; null if there is none.</param>
/// <param name="Bytes">What the workspace takes in it, encrypted.</param>
/// <param name="Proven">The practised restore that last brought everything back; null if none did.</param>
internal sealed record BackupSummary(bool IsOn, bool IsLate, DateTimeOffset? LastAt, long? Bytes, Drill? Proven);

/// <summary>Reads it; that costs the same however many backups and workspaces there are.</summary>
internal sealed class BackupSummaries(BackupOptions options, BackupStore runs, DrillStore drills, TimeProvider clock)
{
    public BackupSummary Of(WorkspaceId workspace)
    {
        var (last, copy) = (runs.LastWhole(), runs.Find(workspace.ToString()));
        return new BackupSummary(
            options.IsOn,
            last is not null && clock.GetUtcNow() - last.StartedAt > BackupHealth.MaxAge,
            copy is null ? null : last?.StartedAt,
            copy?.Object.Bytes,
            drills.LastGood());
    }
}

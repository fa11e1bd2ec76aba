using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Backups;

/// <summary>How it stands with the backups of one workspace, in four facts.</summary>
/// <param name="IsOn">Whether this server makes backups at all.</param>
/// <param name="IsLate">A night was missed.</param>
/// <param name="LastAt">When the last whole one with this workspace in it was begun; null if there is none.</param>
/// <param name="ProvenAt">When a practised restore last brought everything back; null if none did.</param>
internal sealed record BackupSummary(bool IsOn, bool IsLate, DateTimeOffset? LastAt, DateTimeOffset? ProvenAt);

/// <summary>Reads them; it costs the same however many backups and workspaces there are.</summary>
internal sealed class BackupSummaries(BackupOptions options, BackupStore runs, DrillStore drills, TimeProvider clock)
{
    public BackupSummary Of(WorkspaceId workspace)
    {
        var (last, copy) = (runs.LastWhole(), runs.Find(workspace.ToString()));
        return new BackupSummary(
            options.IsOn,
            last is not null && clock.GetUtcNow() - last.StartedAt > BackupHealth.MaxAge,
            copy is null ? null : last?.StartedAt,
            drills.LastGood()?.At);
    }
}

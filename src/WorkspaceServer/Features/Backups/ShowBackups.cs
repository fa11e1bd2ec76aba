using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Features.Backups.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Backups;

/// <summary>GET /w/{workspace}/backups: whether the workspace is in the last backup, what would be lost, and how it comes back; as JSON at /api/v1/workspaces/{workspace}/backups.</summary>
internal static class ShowBackups
{
    public const string Behind = "/backups";

    /// <summary>Nights shown.</summary>
    private const int Shown = 14;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccessPaths.Page + Behind, (WorkspaceId workspace, BackupOptions options, ResidencyOptions residency, BackupStore runs, DrillStore drills, TimeProvider clock) => Page.Of<BackupsPage>(Of(workspace, options, residency, runs, drills, clock)))
            .Guarded(Authority.Needs(Permissions.BackupsRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapGet(AccessPaths.Workspace + Behind, (WorkspaceId workspace, BackupOptions options, ResidencyOptions residency, BackupStore runs, DrillStore drills, TimeProvider clock) => Of(workspace, options, residency, runs, drills, clock))
            .Guarded(Authority.Needs(Permissions.BackupsRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
    }

    /// <remarks>A run's numbers are those of the whole server, so members of one workspace see only when it was and how it ended.</remarks>
    private static BackupsModel Of(WorkspaceId workspace, BackupOptions options, ResidencyOptions residency, BackupStore runs, DrillStore drills, TimeProvider clock)
    {
        var (last, copy, drill, now) = (runs.LastWhole(), runs.Find(workspace.ToString()), drills.LastGood(), clock.GetUtcNow());
        return new BackupsModel(
            workspace.ToString(),
            residency.Place,
            options.IsOn,
            options.CountryOrOurs(residency),
            copy is null ? null : last?.StartedAt,
            copy?.Object.Bytes,
            last is not null && now - last.StartedAt > BackupHealth.MaxAge,
            BackupTimer.NextNight(options, now),
            options.PackMinutes,
            options.RetentionDays,
            drill?.At,
            drill?.RecoverySeconds,
            [.. runs.Recent(Shown).Select(run => new BackupNight(run.StartedAt, run.FinishedAt, run.Outcome))]);
    }
}

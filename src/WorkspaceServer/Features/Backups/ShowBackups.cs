using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Backups.Copies;
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
        routes.MapGet(AccessPaths.Page + Behind, ShowAsync)
            .Guarded(Authority.Needs(Permissions.BackupsRead.Name), RateClasses.Pages, InputCheck.By<MomentQuery.Validator>(), Recording.Nothing("reads only"));
        routes.MapGet(AccessPaths.Workspace + Behind, (WorkspaceId workspace, BackupOptions options, ResidencyOptions residency, BackupStore runs, BackupSummaries summaries, TimeProvider clock) => Of(workspace, options, residency, runs, summaries, clock))
            .Guarded(Authority.Needs(Permissions.BackupsRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
    }

    private static async Task<IResult> ShowAsync(
        WorkspaceId workspace, [AsParameters] MomentQuery query, HttpContext context, BackupOptions options, ResidencyOptions residency, BackupStore runs, BackupSummaries summaries, WorkspaceMoments moments, RestoreRequestStore requests, Policy policy, TimeProvider clock)
    {
        query.Checked();
        var (caller, now) = (Principal.Of(context.User)!, clock.GetUtcNow());
        var mayAsk = policy.May(caller, Permissions.BackupsRestore, workspace).IsAllowed;
        // Read before all else: what changes in between is then noticed by the stream.
        var state = mayAsk ? requests.StateOf(workspace, now) : "";
        var request = mayAsk ? requests.Newest(workspace) : null;
        MomentList? list = null;
        try
        {
            list = options.IsOn ? await moments.ListAsync(workspace, query.Night, context.RequestAborted) : null;
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.Busy)
        {
            // Said on the page, which knows more than that.
        }

        var path = CopyPaths.PageOf(workspace);
        var canAsk = mayAsk && request?.IsOpenAt(now) != true;
        return Page.Of<BackupsPage>(new BackupsView(
            Of(workspace, options, residency, runs, summaries, clock),
            path,
            list is null ? null : [.. list.Items.Select(moment => RowOf(path, moment, list.Night, canAsk))],
            list?.IsCut == true,
            mayAsk,
            request is null ? null : ViewOf(request, now, request.Copy is { } copy && policy.May(caller, Permissions.WorkspaceRead, copy).IsAllowed),
            mayAsk ? path + "/events" : null,
            state));
    }

    private static MomentRow RowOf(string path, BackupMoment moment, string? night, bool canAsk) => new(
        moment.AsOf,
        moment.IsWhole,
        moment.Bytes,
        moment.NeedsEarlierKey,
        canAsk && moment.AsOf is not null ? $"{path}/copy?moment={moment.Key}" : null,
        moment.IsWhole && moment.Key.Base != night ? $"{path}?night={moment.Key.Base}#moments" : null);

    private static CopyRequestView ViewOf(RestoreRequest request, DateTimeOffset now, bool isMember) => new(
        request.Id,
        RestoreRequest.NameOf(request.StateAt(now)),
        request.PersonName.Length > 0 ? request.PersonName : request.PersonEmail,
        request.CopyName,
        request.AsOf,
        request.AskedAt,
        request.ExpiresAt,
        request.StartedAt,
        request.ClosedAt,
        request.Failure,
        request.Reason,
        isMember ? AccessPaths.PageOf(request.Copy!.Value) : null);

    /// <remarks>A run's numbers are those of the whole server, so members of one workspace see only when it was and how it ended.</remarks>
    private static BackupsModel Of(WorkspaceId workspace, BackupOptions options, ResidencyOptions residency, BackupStore runs, BackupSummaries summaries, TimeProvider clock)
    {
        var summary = summaries.Of(workspace);
        return new BackupsModel(
            workspace.ToString(),
            residency.Place,
            summary.IsOn,
            options.CountryOrOurs(residency),
            summary.LastAt,
            summary.Bytes,
            summary.IsLate,
            BackupTimer.NextNight(options, clock.GetUtcNow()),
            options.PackMinutes,
            options.RetentionDays,
            summary.Proven?.At,
            summary.Proven?.RecoverySeconds,
            [.. runs.Recent(Shown).Select(run => new BackupNight(run.StartedAt, run.FinishedAt, run.Outcome))]);
    }
}

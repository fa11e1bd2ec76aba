using System.Globalization;
using System.Security.Claims;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Tables;

/// <summary>GET /w/{workspace}/upload/{job} shows how far a file of one's own has come, GET …/events says when to look again, POST …/stop gives it up.</summary>
internal static class FollowUpload
{
    private const string Path = TableAddresses.Upload + "/{job}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, Show)
            .Guarded(Authority.Needs(Permissions.TablesImport.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapGet(Path + "/events", Follow)
            .WithMetadata(new StaysOpen())
            .Guarded(Authority.Needs(Permissions.TablesImport.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("says only that something is new"));
        routes.MapPost(Path + "/stop", StopAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.TablesImport.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("nothing of it was visible"));
    }

    public static string AddressOf(UploadJob job) => $"{AccessPaths.PageOf(job.Workspace)}/upload/{job.Id}";

    private static IResult Show(WorkspaceId workspace, string job, ClaimsPrincipal user, UploadJobs jobs, TimeProvider clock)
    {
        var found = Get(workspace, job, user, jobs);
        var (state, progress, elapsed) = (StateOf(found), found.Progress, clock.GetUtcNow() - found.StartedAt);
        var table = found.Work.IsCompletedSuccessfully ? found.Work.Result : null;
        return Page.Of<UploadRunPage>(new UploadRunModel(
            AccessPaths.PageOf(workspace),
            AddressOf(found),
            found.Work.IsCompleted ? null : AddressOf(found) + "/events",
            state,
            found.FileName,
            found.Work.IsCompleted ? null : new UploadProgress(progress.Share, progress.What, progress.Rows, progress.Share is > 0 and < 1 && elapsed > TimeSpan.Zero ? elapsed * ((1 - progress.Share) / progress.Share) : null),
            ErrorOf(found),
            table is null ? null : TableAddresses.Of(workspace, table.Name),
            table?.RowCount ?? 0));
    }

    private static IResult Follow(WorkspaceId workspace, string job, HttpContext context, UploadJobs jobs, LiveStreams streams)
    {
        var found = Get(workspace, job, context.User, jobs);
        return streams.Open(context, found.Topic, () => StateOf(found));
    }

    private static async Task<IResult> StopAsync(WorkspaceId workspace, string job, HttpContext context, UploadJobs jobs)
    {
        await Form.ReadAsync(context, new FluentValidation.InlineValidator<NoneOfThem>());
        var found = Get(workspace, job, context.User, jobs);
        found.Stop();
        return Page.SeeOther(AddressOf(found));
    }

    private static UploadJob Get(WorkspaceId workspace, string job, ClaimsPrincipal user, UploadJobs jobs) =>
        jobs.Find(user.FindFirstValue(ClaimTypes.NameIdentifier)!, workspace, job)
        ?? throw new ProblemException(ProblemCodes.NotFound, "This file is not being loaded, or was long ago. Look under Tables whether it is there.");

    private static string StateOf(UploadJob job) => job.Work.IsCompleted ? "over" : string.Create(CultureInfo.InvariantCulture, $"{job.Progress.What} {job.Progress.Rows}");

    private static string? ErrorOf(UploadJob job) =>
        job.Work.IsCanceled || job.Work.Exception?.InnerException is OperationCanceledException ? T["You stopped it. Nothing was loaded."]
        : job.Work.Exception?.InnerException is ProblemException problem ? problem.Message
        : job.Work.IsFaulted ? T["Something went wrong on this server, not with you. Nothing was loaded."]
        : null;

    internal sealed record NoneOfThem;
}

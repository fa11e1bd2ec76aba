using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/backups: every backup in the store. POST …/run asks for one; the server makes it next, and the page shows how it went; so does POST /api/v1/admin/backups.</summary>
internal static class BackupPages
{
    private const string Path = "/operator/backups";

    /// <summary>Backups and packs shown; `backup list` has all.</summary>
    private const int Shown = 100;

    private const int AttemptsShown = 10;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ShowAsync)
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("reads only"));
        routes.MapGet(Path + "/events", (HttpContext context, LiveStreams streams, Signals signals) => streams.Open(context, BackupProgress.Topic, () => signals.StateOf(BackupProgress.Topic)))
            .WithMetadata(new StaysOpen())
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("says only that something is new"));
        routes.MapPost(Path + "/run", RunAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.BackupAsked));
        routes.MapPost(OperatorPaths.Api + "/backups", async (BackupOptions options, BackupWish wish, Signals signals, AuditLog audit) =>
            {
                await AskAsync(options, wish, signals, audit);
                return Results.Accepted();
            })
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.None, Recording.As(AuditActions.BackupAsked));
    }

    private static async Task<IResult> ShowAsync(BackupOptions options, BackupStore runs, DrillStore drills, BackupVerifier store, BackupWish wish, BackupProgress progress, Signals signals, TimeProvider clock, CancellationToken cancel)
    {
        // Read before all else: what changes in between is then noticed by the stream.
        var state = signals.StateOf(BackupProgress.Topic);
        IReadOnlyList<VerifiedGeneration> all = [];
        string? problem = null;
        if (options.IsOn)
        {
            try
            {
                all = await store.ListAsync(cancel);
            }
            catch (Exception error) when (error is ObjectStoreException or IOException)
            {
                problem = error.Message;
            }
        }

        return Page.Of<OperatorBackupsPage>(new OperatorBackupsModel(
            Path,
            options.IsOn,
            IsAsked: wish.Asked.IsCompleted || runs.LastAttempt()?.Outcome == "running",
            progress.Now is { } now ? new RunningBackup(now.Share, now.What, now.LeftAt(clock.GetUtcNow())) : null,
            options.IsOn ? Path + "/events" : null,
            state,
            problem,
            drills.LastGood()?.At,
            [.. runs.Recent(AttemptsShown).Select(run => new BackupAttempt(run.StartedAt, run.FinishedAt, run.Outcome, run.Message, run.Files, run.Kept, run.Bytes))],
            [
                .. all.Reverse().Take(Shown).Select(each => new StoredBackup(
                    each.Id, each.Object.StartsWith(GenerationShelf.WholePrefix, StringComparison.Ordinal), each.Finished, each.Files, each.Bytes, string.Join(' ', each.Findings))),
            ]));
    }

    private static async Task<IResult> RunAsync(HttpContext context, BackupOptions options, BackupWish wish, Signals signals, AuditLog audit)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        await AskAsync(options, wish, signals, audit);
        return SeeOther.To(Path);
    }

    private static async Task AskAsync(BackupOptions options, BackupWish wish, Signals signals, AuditLog audit)
    {
        BackupRunner.RequireOn(options);
        await audit.RecordAsync(new AuditEntry(AuditActions.BackupAsked));
        wish.Ask();
        signals.Raise(BackupProgress.Topic);
    }
}

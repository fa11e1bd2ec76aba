using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/backups: every backup in the store. POST …/run asks for one; the server makes it next, and the page shows how it went; so does POST /api/v1/admin/backups. POST …/decline says no to a copy that an owner asked for.</summary>
internal static class BackupPages
{
    private const string Path = BackupBoard.Path;

    private static readonly CopyRequests.Validator DeclineRules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (BackupBoard board, CancellationToken cancel) => board.ShowAsync(refused: null, StatusCodes.Status200OK, cancel))
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("reads only"));
        routes.MapGet(Path + "/events", (HttpContext context, LiveStreams streams, BackupBoard board) => streams.Open(context, BackupProgress.Topic, board.State))
            .WithMetadata(new StaysOpen())
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("says only that something is new"));
        routes.MapPost(Path + "/run", RunAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.BackupAsked));
        routes.MapPost(Path + "/decline", DeclineAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.By<CopyRequests.Validator>(), Recording.As(AuditActions.RestoreDeclined));
        routes.MapPost(OperatorPaths.Api + "/backups", async (BackupOptions options, BackupWish wish, Signals signals, AuditLog audit) =>
            {
                await AskAsync(options, wish, signals, audit);
                return Results.Accepted();
            })
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.None, Recording.As(AuditActions.BackupAsked));
    }

    private static async Task<IResult> DeclineAsync(HttpContext context, BackupBoard board, RestoreRequests requests)
    {
        var (form, problems) = await Form.ReadAsync(context, DeclineRules);
        if (problems is not null)
        {
            return await board.ShowAsync(new RefusedDecline(form.Request, form.Reason, problems.Fields.Values.First()), StatusCodes.Status400BadRequest, context.RequestAborted);
        }

        try
        {
            requests.Decline(Principal.Of(context.User)!.PersonId!, form.Request, form.Reason);
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.RequestOver)
        {
            // It is not in the list any more, which is what was wanted.
        }

        return SeeOther.To(BackupBoard.Path);
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

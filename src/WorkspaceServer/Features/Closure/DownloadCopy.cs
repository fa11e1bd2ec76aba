using System.Globalization;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Closure;

/// <summary>POST /account/closure/export and /api/v1/account/export: everything that is kept about the person who asks, as a ZIP archive; three times an hour.</summary>
/// <remarks>By POST, so that no link on another site can use up somebody's three. Both addresses share one counter.</remarks>
internal static class DownloadCopy
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(ClosurePaths.Export, async (HttpContext context, PersonalCopy copy, AuditStore store, AuditLog audit, ClosureMails mails, TimeProvider clock) =>
            {
                await Form.ReadAsync(context, new NoFields.Validator());
                return await MakeAsync(context, copy, store, audit, mails, clock);
            })
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.Export, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.PersonDataExported));
        routes.MapPost(ClosurePaths.ApiExport, MakeAsync)
            .Guarded(Authority.SignedIn, RateClasses.Export, InputCheck.None, Recording.As(AuditActions.PersonDataExported));
    }

    private static Task<IResult> MakeAsync(HttpContext context, PersonalCopy copy, AuditStore store, AuditLog audit, ClosureMails mails, TimeProvider clock)
    {
        var person = SignedIn.Of(context.User);
        return WriteAsync(person.PersonId, person.Email, copy, store, audit, mails, clock, context.RequestAborted);
    }

    /// <summary>The copy of one person, whichever way it was asked for.</summary>
    public static async Task<IResult> WriteAsync(
        string person, string email, PersonalCopy copy, AuditStore store, AuditLog audit, ClosureMails mails, TimeProvider clock, CancellationToken cancel)
    {
        // Before the first byte: a copy that breaks off has still been one. So it is the last row of its own audit log.
        await audit.RecordAsync(AccountEntry.About(AuditActions.PersonDataExported, person));
        mails.CopyTaken(email);
        var through = store.Newest();
        return Results.Stream(
            to => copy.WriteAsync(to, person, through, cancel),
            "application/zip",
            string.Create(CultureInfo.InvariantCulture, $"my-logs-{clock.GetUtcNow():yyyy-MM-dd}.zip"));
    }
}

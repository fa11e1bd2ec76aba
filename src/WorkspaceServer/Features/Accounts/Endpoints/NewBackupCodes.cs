using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /account/mfa/backup-codes: makes ten new backup codes and shows them, once. The old ones are void.</summary>
internal static class NewBackupCodes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.BackupCodes, HandleAsync)
        .TakesForm()
        .Guarded(Authority.FreshlySignedIn, RateClasses.SignIn, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.RecoveryCodesMade));

    private static async Task<IResult> HandleAsync(HttpContext context, IAccountPages pages, SecondFactorKeeper secondFactors, Protection protection, AuditLog audit)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        var person = SignedIn.Of(context.User);
        if (!person.HasMfa || !protection.Of(person.PersonId).IsProtected)
        {
            return SeeOther.To(AccountPaths.Security);
        }

        var codes = await secondFactors.NewBackupCodesAsync(person.PersonId, context.RequestAborted);
        await audit.RecordAsync(AccountEntry.About(AuditActions.RecoveryCodesMade, person.PersonId));
        return pages.BackupCodes(new BackupCodesView(codes));
    }
}

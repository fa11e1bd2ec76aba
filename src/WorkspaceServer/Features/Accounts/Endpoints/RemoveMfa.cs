using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /account/mfa/remove: takes the second factor away, and its backup codes. Needs a fresh proof, which is a code.</summary>
internal static class RemoveMfa
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.RemoveMfa, HandleAsync)
        .TakesForm()
        .Guarded(Authority.FreshlySignedIn, RateClasses.SignIn, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.MfaRemoved));

    private static async Task<IResult> HandleAsync(HttpContext context, SecondFactorKeeper secondFactors, SessionKeeper sessions, AccountCookies cookies, AccountMails mails, AuditLog audit)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        var person = SignedIn.Of(context.User);
        if (!person.HasMfa || !secondFactors.Remove(person.PersonId))
        {
            return SeeOther.To(AccountPaths.Mfa);
        }

        // Every session was opened with what is gone now, this one too.
        sessions.EndAll(person.PersonId);
        cookies.Session.Delete(context);
        await audit.RecordAsync(AccountEntry.About(AuditActions.MfaRemoved, person.PersonId));
        mails.SendNotice(person.Email, "The second factor was taken away");
        return SeeOther.To(AccountPaths.SignIn);
    }
}

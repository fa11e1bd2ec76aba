using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /account/phone/remove: takes the number for codes away, and ends what may have been opened with it.</summary>
internal static class RemovePhone
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.RemovePhone, HandleAsync)
        .TakesForm()
        .Guarded(Authority.FreshlySignedIn, RateClasses.SignIn, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.PhoneRemoved));

    private static async Task<IResult> HandleAsync(HttpContext context, PhoneCodes phones, Protection protection, SessionKeeper sessions, AccountCookies cookies, AccountMails mails)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        var person = SignedIn.Of(context.User);
        if (protection.IsShortOf(person))
        {
            return PhonePage.ProveFirst;
        }

        if (!await phones.RemoveAsync(person.PersonId))
        {
            return SeeOther.To(AccountPaths.Phone);
        }

        mails.SendNotice(person.Email, "The phone number for codes was taken away");
        if (protection.Of(person.PersonId).IsProtected)
        {
            sessions.EndAll(person.PersonId, person.SessionId);
            return SeeOther.To(AccountPaths.Phone);
        }

        // It was the last thing besides the password: its backup codes go with it, and every session that was opened with it, this one too.
        protection.Remove(person.PersonId);
        sessions.EndAll(person.PersonId);
        cookies.Session.Delete(context);
        return SeeOther.To(AccountPaths.SignIn);
    }
}

using FluentValidation;
using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /account/passkeys/remove: takes one of this person's passkeys away, and ends what may have been opened with it.</summary>
internal static class RemovePasskey
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.RemovePasskey, HandleAsync)
        .TakesForm()
        .Guarded(Authority.FreshlySignedIn, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PasskeyRemoved));

    private static async Task<IResult> HandleAsync(
        HttpContext context, PasskeyKeeper passkeys, Protection protection, SessionKeeper sessions, AccountCookies cookies, AccountMails mails, AuditLog audit)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        var person = SignedIn.Of(context.User);
        if (protection.IsShortOf(person))
        {
            return PasskeysPage.ProveFirst;
        }

        if (problems is not null || !passkeys.Remove(person.PersonId, form.Id))
        {
            return SeeOther.To(AccountPaths.Passkeys);
        }

        await audit.RecordAsync(AccountEntry.About(AuditActions.PasskeyRemoved, person.PersonId));
        mails.SendNotice(person.Email, "A passkey was taken away");
        if (protection.Of(person.PersonId).IsProtected)
        {
            sessions.EndAll(person.PersonId, person.SessionId);
            return SeeOther.To(AccountPaths.Passkeys);
        }

        // It was the last thing besides the password: its backup codes go with it, and every session that was opened with it, this one too.
        protection.Remove(person.PersonId);
        sessions.EndAll(person.PersonId);
        cookies.Session.Delete(context);
        return SeeOther.To(AccountPaths.SignIn);
    }

    internal sealed record Fields(string Id);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Id).Matches("^[0-9a-f]{32}$");
    }
}

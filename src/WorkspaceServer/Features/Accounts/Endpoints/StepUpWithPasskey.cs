using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /step-up/passkey/options gives a challenge for the passkeys of whoever is signed in; POST /step-up/passkey takes the answer.</summary>
internal static class StepUpWithPasskey
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(AccountPaths.PasskeyStepUpOptions, BeginAsync)
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.SignIn, InputCheck.By<NoFields.Validator>(), Recording.Nothing("using the passkey is recorded"))
            .WithMetadata(new ReachableWithoutMfa());
        routes.MapPost(AccountPaths.PasskeyStepUp, HandleAsync)
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.SignIn, InputCheck.By<PasskeyAnswer.Validator>(), Recording.As(AuditActions.SteppedUp, AuditActions.MfaFailed))
            .WithMetadata(new ReachableWithoutMfa());
    }

    private static async Task<IResult> BeginAsync(HttpContext context, PasskeyKeeper passkeys, PeopleStore people)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        return PasskeyAnswer.Options(await passkeys.BeginAsync(context, SignedIn.Of(context.User).PersonId, people));
    }

    private static async Task<IResult> HandleAsync(
        HttpContext context, IAccountPages pages, PasskeyKeeper passkeys, Protection protection, PhoneCodes phones, SessionKeeper sessions, AccountCookies cookies, AuditLog audit)
    {
        var person = SignedIn.Of(context.User);
        var (form, problems) = await Form.ReadAsync(context, new PasskeyAnswer.Validator());
        if (problems is not null || await passkeys.CheckAsync(context, person.PersonId, form.Credential) is null)
        {
            await audit.RecordAsync(AccountEntry.About(AuditActions.MfaFailed, person.PersonId) with { Outcome = ProblemCodes.Unauthorized.Code, Details = [("passkey", true)] });
            return pages.StepUp(StepUpPage.View(protection.Of(person.PersonId), form.ReturnTo, PasskeyAnswer.NotGood, phones.Offered(person.PersonId)));
        }

        if (sessions.Refresh(person, hasMfa: true) is { } secret)
        {
            cookies.Session.Write(context, secret);
        }

        await audit.RecordAsync(new AuditEntry(AuditActions.SteppedUp) { Target = ("session", person.SessionId), Details = [("passkey", true)] });
        return SeeOther.To(ReturnTo.Safe(form.ReturnTo));
    }
}

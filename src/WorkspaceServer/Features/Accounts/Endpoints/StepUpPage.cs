using FluentValidation;
using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /step-up shows the page; POST /step-up takes a proof that it is still the same person: a code if they have an app, else the password.</summary>
internal static class StepUpPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.StepUp, (HttpContext context, IAccountPages pages, Protection protection, PhoneCodes phones) => pages.StepUp(
                View(protection.Of(SignedIn.Of(context.User).PersonId), ReturnTo.Of(context.Request), null, phones.Offered(SignedIn.Of(context.User).PersonId))))
            .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.By<ReturnTo>(), Recording.Nothing("shows an empty form"))
            .WithMetadata(new ReachableWithoutMfa());
        routes.MapPost(AccountPaths.StepUp, HandleAsync)
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.SteppedUp, AuditActions.SignInFailed, AuditActions.MfaFailed, AuditActions.RecoveryCodeUsed))
            .WithMetadata(new ReachableWithoutMfa());
    }

    /// <summary>Whoever has more than a password proves it with that: a password that was stolen must not be enough.</summary>
    public static StepUpView View(Protected has, string returnTo, FormProblems? problems, string? phone, bool IsSent = false) =>
        new(has.TakesCode, ReturnTo.Safe(returnTo), problems, TakesPasskey: has.Passkeys > 0, phone, IsSent, has.WhichCodes(phone is not null));

    private static async Task<IResult> HandleAsync(
        HttpContext context, IAccountPages pages, SignInFlow flow, Protection protection, PhoneCodes phones, SessionKeeper sessions, AccountCookies cookies, AuditLog audit)
    {
        var person = SignedIn.Of(context.User);
        var has = protection.Of(person.PersonId);
        var takesCode = has.IsProtected;
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (problems is not null)
        {
            return Again(problems);
        }

        var (isRight, wait) = await ProveAsync(flow, person, takesCode, form.Proof, Attempt.NetworkOf(context), context.RequestAborted);
        if (!isRight)
        {
            return Again(wait is { } time ? TooManyTries.Problems(context, time) : FormProblems.Of("proof", takesCode ? T["This code is wrong or was used before."] : T["This is not your password."]));
        }

        if (sessions.Refresh(person, hasMfa: takesCode) is { } secret)
        {
            cookies.Session.Write(context, secret);
        }

        await audit.RecordAsync(new AuditEntry(AuditActions.SteppedUp) { Target = ("session", person.SessionId) });
        return SeeOther.To(ReturnTo.Safe(form.ReturnTo));

        IResult Again(FormProblems found) => pages.StepUp(View(has, form.ReturnTo, found, phones.Offered(person.PersonId)));
    }

    private static async Task<(bool IsRight, TimeSpan? Wait)> ProveAsync(
        SignInFlow flow, SignedIn person, bool takesCode, string proof, string network, CancellationToken cancel)
    {
        if (takesCode)
        {
            var (found, wait) = await flow.CheckSecondFactorAsync(CodeAsker.OfStepUp(person), proof, network, cancel);
            return (found != SecondFactorProof.None, wait);
        }

        var password = await flow.CheckPasswordAsync(person.Email, proof, network, cancel);
        return (password.Person?.Id == person.PersonId, password.Wait);
    }

    internal sealed record Fields(string Proof, string ReturnTo);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Proof).NotEmpty().WithMessage(_ => T["Type it."]).IsPasswordLength();
    }
}

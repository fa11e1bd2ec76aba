using FluentValidation;
using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /sign-in/code shows the page; POST /sign-in/code takes a code of the app or a backup code, after the first factor was right.</summary>
internal static class SignInCodePage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.SignInCode, (HttpContext context, IAccountPages pages, SignInFlow flow, Protection protection, PhoneCodes phones) => flow.FindWaiting(context) is { } person
                ? pages.SignInCode(View(protection.Of(person.Id), ReturnTo.Of(context.Request), null, phones.Offered(person.Id)))
                : SeeOther.To(AccountPaths.SignIn + ReturnTo.Query(ReturnTo.Of(context.Request))))
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.By<ReturnTo>(), Recording.Nothing("shows an empty form"));
        routes.MapPost(AccountPaths.SignInCode, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.SignInSucceeded, AuditActions.MfaFailed, AuditActions.SignInLocked, AuditActions.RecoveryCodeUsed));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAccountPages pages, SignInFlow flow, Protection protection, PhoneCodes phones, AccountCookies cookies)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (flow.FindWaiting(context) is not { } person)
        {
            return SeeOther.To(AccountPaths.SignIn + ReturnTo.Query(form.ReturnTo));
        }

        if (problems is not null)
        {
            return Again(problems);
        }

        var (proof, wait) = await flow.CheckSecondFactorAsync(CodeAsker.OfSignIn(person.Id, cookies.SecondFactor.Read(context)), form.Code, Attempt.NetworkOf(context), context.RequestAborted);
        if (proof == SecondFactorProof.None)
        {
            return Again(wait is { } time ? TooManyTries.Problems(context, time) : FormProblems.Whole(T["This code is wrong or was used before."], StatusCodes.Status401Unauthorized));
        }

        return await flow.SecondFactorPassedAsync(context, form.ReturnTo) ?? SeeOther.To(AccountPaths.SignIn);

        IResult Again(FormProblems found) => pages.SignInCode(View(protection.Of(person.Id), form.ReturnTo, found, phones.Offered(person.Id)));
    }

    public static SignInCodeView View(Protected has, string returnTo, FormProblems? problems, string? phone, bool IsSent = false) =>
        new(ReturnTo.Safe(returnTo), problems, has.TakesCode, TakesPasskey: has.Passkeys > 0, phone, IsSent, has.WhichCodes(phone is not null));

    internal sealed record Fields(string Code, string ReturnTo);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Code).IsCode();
    }
}

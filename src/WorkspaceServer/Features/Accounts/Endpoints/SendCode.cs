using FluentValidation;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /sign-in/message and POST /step-up/message: send a code to the person's number, for this sign-in or this session alone. The page's own form takes it.</summary>
internal static class SendCode
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(AccountPaths.SignInMessage, SignInAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PhoneCodeSent));
        routes.MapPost(AccountPaths.StepUpMessage, StepUpAsync)
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PhoneCodeSent))
            .WithMetadata(new ReachableWithoutMfa());
    }

    private static async Task<IResult> SignInAsync(HttpContext context, IAccountPages pages, SignInFlow flow, Protection protection, PhoneCodes phones, AccountCookies cookies)
    {
        var (form, _) = await Form.ReadAsync(context, new Validator());
        // Only after the first factor was right: nobody else can have messages sent.
        if (flow.FindWaiting(context) is not { } person || phones.Offered(person.Id) is null)
        {
            return SeeOther.To(AccountPaths.SignIn + ReturnTo.Query(form.ReturnTo));
        }

        var asker = CodeAsker.OfSignIn(person.Id, cookies.SecondFactor.Read(context));
        var problems = SentCode.Problems(context, await phones.SendAsync(asker, context.RequestAborted));
        return pages.SignInCode(SignInCodePage.View(protection.Of(person.Id), form.ReturnTo, problems, phones.Offered(person.Id), IsSent: problems is null));
    }

    private static async Task<IResult> StepUpAsync(HttpContext context, IAccountPages pages, Protection protection, PhoneCodes phones)
    {
        var (form, _) = await Form.ReadAsync(context, new Validator());
        var person = SignedIn.Of(context.User);
        if (phones.Offered(person.PersonId) is not { } number)
        {
            return SeeOther.To(AccountPaths.StepUp + ReturnTo.Query(form.ReturnTo));
        }

        var problems = SentCode.Problems(context, await phones.SendAsync(CodeAsker.OfStepUp(person), context.RequestAborted));
        return pages.StepUp(StepUpPage.View(protection.Of(person.PersonId), form.ReturnTo, problems, number, IsSent: problems is null));
    }

    internal sealed record Fields(string ReturnTo);

    internal sealed class Validator : AbstractValidator<Fields>;
}

using FluentValidation;
using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /sign-in shows the page; POST /sign-in takes e-mail and password.</summary>
internal static class SignInPage
{
    /// <summary>One sentence whatever was wrong: nobody learns which addresses have an account.</summary>
    private const string Wrong = "E-mail and password do not match.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.SignIn, (HttpContext context, IAccountPages pages, AuthOptions auth, IChallenge challenge) => pages.SignIn(
                new SignInView("", ReturnTo.Of(context.Request), auth.AllowRegistration, Check: challenge.Widget(ChallengeActions.SignInLink))))
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.By<ReturnTo>(), Recording.Nothing("shows an empty form"));
        routes.MapPost(AccountPaths.SignIn, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.SignInSucceeded, AuditActions.SignInFailed, AuditActions.SignInLocked));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAccountPages pages, SignInFlow flow, AuthOptions auth, IChallenge challenge)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (problems is not null)
        {
            return Again(problems);
        }

        var proof = await flow.CheckPasswordAsync(form.Email, form.Password, Attempt.NetworkOf(context), context.RequestAborted);
        return proof switch
        {
            { Wait: { } wait } => Again(TooManyTries.Problems(context, wait)),
            { Person: { } person } => await flow.FirstFactorPassedAsync(context, person, form.ReturnTo),
            _ => Again(FormProblems.Whole(Wrong, StatusCodes.Status401Unauthorized)),
        };

        IResult Again(FormProblems found) => pages.SignIn(
            new SignInView(form.Email, ReturnTo.Safe(form.ReturnTo), auth.AllowRegistration, found, challenge.Widget(ChallengeActions.SignInLink)));
    }

    internal sealed record Fields(string Email, string Password, string ReturnTo);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Email).IsEmail();
            RuleFor(form => form.Password).NotEmpty().WithMessage(_ => T["Type your password."]).IsPasswordLength();
        }
    }
}

using FluentValidation;
using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /register shows the page; POST /register sends a link to an address that wants an account. Only with Auth:AllowRegistration.</summary>
/// <remarks>Nothing is kept before the address is proved: nobody can prepare an account, with a password of their own, for somebody else's address.</remarks>
internal static class RegisterPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.Register, (IAccountPages pages, IChallenge challenge) => pages.Register(new RegisterView("", Check: challenge.Widget(ChallengeActions.Register))))
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("shows an empty form"));
        routes.MapPost(AccountPaths.Register, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.Nothing("making the account is recorded"));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAccountPages pages, IChallenge challenge, AttemptLimit attempts, AccountMails mails)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        problems ??= await challenge.CheckAsync(context, ChallengeActions.Register, form.Challenge);
        problems ??= attempts.Begin(new Attempt(AttemptKind.Mail, EmailAddress.KeyOf(form.Email), Attempt.NetworkOf(context))) is { } wait
            ? TooManyTries.Problems(context, wait)
            : null;
        if (problems is not null)
        {
            return pages.Register(new RegisterView(form.Email, problems, challenge.Widget(ChallengeActions.Register)));
        }

        mails.SendVerifyLink(form.Email.Trim());
        return pages.MailSent(new MailSentView(form.Email, AccountPaths.Register));
    }

    internal sealed record Fields(string Email, string Challenge);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Email).IsEmail();
    }
}

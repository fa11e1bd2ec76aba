using FluentValidation;
using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /forgot-password shows the page; POST /forgot-password sends a link to choose a new password, if the address has an account.</summary>
internal static class ForgotPasswordPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.ForgotPassword, (IAccountPages pages, IChallenge challenge) => pages.ForgotPassword(new ForgotPasswordView("", Check: challenge.Widget(ChallengeActions.ForgotPassword))))
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("shows an empty form"));
        routes.MapPost(AccountPaths.ForgotPassword, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PasswordResetRequested));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAccountPages pages, IChallenge challenge, AttemptLimit attempts, AccountMails mails)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        problems ??= await challenge.CheckAsync(context, ChallengeActions.ForgotPassword, form.Challenge);
        problems ??= attempts.Begin(new Attempt(AttemptKind.Mail, EmailAddress.KeyOf(form.Email), Attempt.NetworkOf(context))) is { } wait
            ? TooManyTries.Problems(context, wait)
            : null;
        if (problems is not null)
        {
            return pages.ForgotPassword(new ForgotPasswordView(form.Email, problems, challenge.Widget(ChallengeActions.ForgotPassword)));
        }

        mails.SendPasswordLink(form.Email);
        return pages.MailSent(new MailSentView(form.Email, AccountPaths.ForgotPassword));
    }

    internal sealed record Fields(string Email, string Challenge);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Email).IsEmail();
    }
}

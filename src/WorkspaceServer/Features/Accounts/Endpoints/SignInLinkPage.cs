using FluentValidation;
using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Tokens;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /sign-in/link asks for a link by mail; GET /sign-in/link is where the link leads, and uses nothing up.</summary>
internal static class SignInLinkPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(AccountPaths.SignInLink, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.SignInLinkSent));
        routes.MapGet(AccountPaths.SignInLink, (HttpContext context, IAccountPages pages) => pages.UseSignInLink(
                new UseSignInLinkView(LinkToken.Of(context.Request), ReturnTo.Of(context.Request))))
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.By<LinkToken>(), Recording.Nothing("using the link is recorded"));
    }

    private static async Task<IResult> HandleAsync(
        HttpContext context, IAccountPages pages, AuthOptions auth, IChallenge challenge, AttemptLimit attempts, OneTimeLinks links, AccountCookies cookies, AccountMails mails)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        problems ??= await challenge.CheckAsync(context, ChallengeActions.SignInLink, form.Challenge);
        problems ??= attempts.Begin(new Attempt(AttemptKind.Mail, EmailAddress.KeyOf(form.Email), Attempt.NetworkOf(context))) is { } wait
            ? TooManyTries.Problems(context, wait)
            : null;
        if (problems is not null)
        {
            return pages.SignIn(new SignInView(form.Email, ReturnTo.Safe(form.ReturnTo), auth.AllowRegistration, problems, challenge.Widget(ChallengeActions.SignInLink)));
        }

        links.VoidOfBrowser(LinkKind.SignIn, cookies.Browser.Read(context));
        var browser = SecretToken.Create(SecretToken.LinkPrefix);
        cookies.Browser.Write(context, browser, OneTimeLinks.SignInLifetime);
        mails.SendSignInLink(form.Email, browser, form.ReturnTo);
        return pages.MailSent(new MailSentView(form.Email, AccountPaths.SignIn));
    }

    internal sealed record Fields(string Email, string ReturnTo, string Challenge);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Email).IsEmail();
    }
}

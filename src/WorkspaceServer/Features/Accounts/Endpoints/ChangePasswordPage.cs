using FluentValidation;
using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /account/password shows the page; POST /account/password changes the password and ends the other sessions.</summary>
internal static class ChangePasswordPage
{
    private const string NewPasswordField = "new_password";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.ChangePassword, (HttpContext context, IAccountPages pages, CredentialStore credentials) => pages.ChangePassword(
                new ChangePasswordView(credentials.Find(SignedIn.Of(context.User).PersonId) is not null)))
            .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("shows an empty form"));
        routes.MapPost(AccountPaths.ChangePassword, HandleAsync)
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PasswordChanged, AuditActions.SignInFailed));
    }

    private static async Task<IResult> HandleAsync(
        HttpContext context,
        IAccountPages pages,
        SignInFlow flow,
        NewPeople newPeople,
        PasswordHasher hasher,
        CredentialStore credentials,
        SessionKeeper sessions,
        AccountCookies cookies,
        AccountMails mails,
        AuditLog audit,
        TimeProvider clock)
    {
        var person = SignedIn.Of(context.User);
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        problems ??= newPeople.Fault(person.Email, person.Name, form.NewPassword, NewPasswordField);
        if (problems is not null)
        {
            return Again(problems);
        }

        // The old password, and not only a session that somebody left open (ASVS 5.0, 6.2.3).
        var proof = await flow.CheckPasswordAsync(person.Email, form.CurrentPassword, Attempt.NetworkOf(context), context.RequestAborted);
        if (proof.Person is null)
        {
            return Again(proof.Wait is { } wait ? TooManyTries.Problems(context, wait) : FormProblems.Of("current_password", T["This is not your password."]));
        }

        credentials.Set(person.PersonId, await hasher.CreateAsync(form.NewPassword, context.RequestAborted), clock.GetUtcNow());
        sessions.EndAll(person.PersonId, person.SessionId);
        if (sessions.Refresh(person, hasMfa: false) is { } secret)
        {
            cookies.Session.Write(context, secret);
        }

        await audit.RecordAsync(AccountEntry.About(AuditActions.PasswordChanged, person.PersonId));
        mails.SendNotice(person.Email, "Your password was changed");
        return SeeOther.To(AccountPaths.Sessions);

        IResult Again(FormProblems found) => pages.ChangePassword(new ChangePasswordView(HasPassword: true, found));
    }

    internal sealed record Fields(string CurrentPassword, string NewPassword);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.CurrentPassword).NotEmpty().WithMessage(_ => T["Type the password that you have now."]).IsPasswordLength();
            RuleFor(form => form.NewPassword).IsPasswordLength();
        }
    }
}

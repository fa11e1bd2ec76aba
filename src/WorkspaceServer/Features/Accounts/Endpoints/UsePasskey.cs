using FluentValidation;
using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /sign-in/passkey/options gives a challenge; POST /sign-in/passkey takes its answer and signs in. Nobody types who they are.</summary>
internal static class UsePasskey
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(AccountPaths.PasskeySignInOptions, BeginAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<NoFields.Validator>(), Recording.Nothing("using the passkey is recorded"));
        routes.MapPost(AccountPaths.PasskeySignIn, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<PasskeyAnswer.Validator>(), Recording.As(AuditActions.SignInSucceeded, AuditActions.SignInFailed));
    }

    private static async Task<IResult> BeginAsync(HttpContext context, PasskeyKeeper passkeys, PeopleStore people)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        return PasskeyAnswer.Options(await passkeys.BeginAsync(context, personId: null, people));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAccountPages pages, PasskeyKeeper passkeys, SignInFlow flow, AuthOptions auth, AuditLog audit)
    {
        var (form, problems) = await Form.ReadAsync(context, new PasskeyAnswer.Validator());
        if (problems is null && await passkeys.CheckAsync(context, personId: null, form.Credential) is { } person)
        {
            return await flow.StartAsync(context, person, hasMfa: true, form.ReturnTo);
        }

        await audit.RecordAsync(new AuditEntry(AuditActions.SignInFailed) { Outcome = ProblemCodes.Unauthorized.Code, Details = [("passkey", true)] });
        return pages.SignIn(new SignInView("", ReturnTo.Safe(form.ReturnTo), auth.AllowRegistration, PasskeyAnswer.NotGood));
    }
}

/// <summary>What the page's script sends: the answer of a device to a challenge, as JSON.</summary>
internal sealed record PasskeyAnswer(string Credential, string ReturnTo)
{
    /// <summary>One sentence whatever was wrong: unknown, removed, of somebody suspended, too late, used before.</summary>
    public static FormProblems NotGood => FormProblems.Whole(T["This passkey does not open an account here. Try again, or use another way."], StatusCodes.Status401Unauthorized);

    /// <summary>What the browser's WebAuthn interface takes (WebAuthn Level 3, section 5.1.8), as it is.</summary>
    public static IResult Options(string json) => Results.Text(json, "application/json");

    internal sealed class Validator : AbstractValidator<PasskeyAnswer>
    {
        public Validator() => RuleFor(form => form.Credential).Length(1, PasskeyKeeper.MaxAnswerLength);
    }
}

using FluentValidation;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /sign-in/link/use: signs in with a link, once, in the browser that asked for it.</summary>
internal static class UseSignInLink
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.UseSignInLink, HandleAsync)
        .TakesForm()
        .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.SignInSucceeded, AuditActions.SignInFailed));

    private static async Task<IResult> HandleAsync(
        HttpContext context, IAccountPages pages, SignInFlow flow, OneTimeLinks links, PeopleStore people, AccountCookies cookies, AuditLog audit)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (problems is null
            && links.Use(LinkKind.SignIn, form.Token, cookies.Browser.Read(context)) is { PersonId: { } id }
            && people.Find(id) is { SuspendedAt: null } person)
        {
            return await flow.FirstFactorPassedAsync(context, person, form.ReturnTo);
        }

        await audit.RecordAsync(new AuditEntry(AuditActions.SignInFailed) { Outcome = ProblemCodes.InvalidToken.Code });
        return pages.LinkNotGood(new LinkNotGoodView(T["This link was used, is too old, or was asked for in another browser."], AccountPaths.SignIn));
    }

    internal sealed record Fields(string Token, string ReturnTo);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Token).NotEmpty();
    }
}

using FluentValidation;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /verify shows the page that the link of a new account leads to; POST /verify makes the account. Links are sent to those who may: with Auth:AllowRegistration to anybody, else to the invited.</summary>
internal static class VerifyPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.Verify, (HttpContext context, IAccountPages pages, NewPeople newPeople) => LinkToken.Of(context.Request) is var token
                && newPeople.Admitted(token) is { } email
                ? pages.Verify(new NewPersonView(token, email, "", ReturnTo: ReturnTo.Of(context.Request)))
                : NotGood(pages))
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<LinkToken>(), Recording.Nothing("using the link is recorded"));
        routes.MapPost(AccountPaths.Verify, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PersonRegistered, AuditActions.SignInSucceeded));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAccountPages pages, NewPeople newPeople, SignInFlow flow)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (newPeople.Admitted(form.Token) is not { } email)
        {
            return NotGood(pages);
        }

        problems ??= newPeople.Fault(email, form.Name, form.Password);
        if (problems is not null)
        {
            return pages.Verify(new NewPersonView(form.Token, email, form.Name, problems, ReturnTo.Safe(form.ReturnTo)));
        }

        return await newPeople.RegisterAsync(form.Token, form.Name, form.Password, context.RequestAborted) is { } person
            ? await flow.StartAsync(context, person, hasMfa: false, form.ReturnTo)
            : NotGood(pages);
    }

    private static IResult NotGood(IAccountPages pages) =>
        pages.LinkNotGood(new LinkNotGoodView(T["This link was used, withdrawn or is too old."], AccountPaths.Register));

    internal sealed record Fields(string Token, string Name, string Password, string ReturnTo);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Name).IsName();
            RuleFor(form => form.Password).IsPasswordLength();
        }
    }
}

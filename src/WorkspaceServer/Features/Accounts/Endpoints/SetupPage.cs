using FluentValidation;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /setup shows the page that the first start's link leads to; POST /setup makes the first operator.</summary>
internal static class SetupPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.Setup, (HttpContext context, IAccountPages pages, OneTimeLinks links) => LinkToken.Of(context.Request) is var token
                && links.Find(LinkKind.Setup, token) is not null
                ? pages.Setup(new SetupView(token, "", ""))
                : NotGood(pages))
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<LinkToken>(), Recording.Nothing("using the link is recorded"));
        routes.MapPost(AccountPaths.Setup, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PersonRegistered, AuditActions.SignInSucceeded));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAccountPages pages, OneTimeLinks links, NewPeople newPeople, SignInFlow flow)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (links.Find(LinkKind.Setup, form.Token) is null)
        {
            return NotGood(pages);
        }

        problems ??= newPeople.Fault(form.Email, form.Name, form.Password);
        if (problems is not null)
        {
            return pages.Setup(new SetupView(form.Token, form.Email, form.Name, problems));
        }

        return await newPeople.SetUpAsync(form.Token, form.Email, form.Name, form.Password, context.RequestAborted) is { } person
            ? await flow.StartAsync(context, person, hasMfa: false, AccountPaths.Mfa)
            : NotGood(pages);
    }

    private static IResult NotGood(IAccountPages pages) => pages.LinkNotGood(new LinkNotGoodView(
        T["This link was used or is too old. Whoever runs the server can make another: workspace-server user setup-link"], AccountPaths.SignIn));

    internal sealed record Fields(string Token, string Email, string Name, string Password);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Email).IsEmail();
            RuleFor(form => form.Name).IsName();
            RuleFor(form => form.Password).IsPasswordLength();
        }
    }
}

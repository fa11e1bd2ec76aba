using FluentValidation;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /choose-password shows the page that a link leads to; POST /choose-password sets the password and signs out everywhere.</summary>
internal static class ChoosePasswordPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.ChoosePassword, (HttpContext context, IAccountPages pages, OneTimeLinks links) => LinkToken.Of(context.Request) is var token
                && links.Find(LinkKind.Password, token) is { } owner
                ? pages.ChoosePassword(new ChoosePasswordView(token, owner.Email))
                : NotGood(pages))
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<LinkToken>(), Recording.Nothing("using the link is recorded"));
        routes.MapPost(AccountPaths.ChoosePassword, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PasswordReset));
    }

    private static async Task<IResult> HandleAsync(
        HttpContext context, IAccountPages pages, OneTimeLinks links, NewPeople newPeople, AccountMails mails, AccountCookies cookies)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (links.Find(LinkKind.Password, form.Token) is not { } owner)
        {
            return NotGood(pages);
        }

        problems ??= newPeople.Fault(owner.Email, "", form.Password);
        if (problems is not null)
        {
            return pages.ChoosePassword(new ChoosePasswordView(form.Token, owner.Email, problems));
        }

        if (await newPeople.ChoosePasswordAsync(form.Token, form.Password, context.RequestAborted) is not { } person)
        {
            return NotGood(pages);
        }

        mails.SendNotice(person.Email, "Your password was changed");
        cookies.Session.Delete(context);
        // The link proved the mailbox, not the second factor: the way in leads through the front door.
        return SeeOther.To(AccountPaths.SignIn);
    }

    private static IResult NotGood(IAccountPages pages) =>
        pages.LinkNotGood(new LinkNotGoodView(T["This link was used or is too old."], AccountPaths.ForgotPassword));

    internal sealed record Fields(string Token, string Password);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Password).IsPasswordLength();
    }
}

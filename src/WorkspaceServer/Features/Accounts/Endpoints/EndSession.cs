using FluentValidation;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /account/sessions/end: ends one of this person's sessions.</summary>
internal static class EndSession
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.EndSession, HandleAsync)
        .TakesForm()
        .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.SessionRevoked));

    private static async Task<IResult> HandleAsync(HttpContext context, SessionKeeper sessions, AuditLog audit)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        // One that is gone already is as good as one that ends now.
        if (problems is null && sessions.End(SignedIn.Of(context.User).PersonId, form.Id))
        {
            await audit.RecordAsync(new AuditEntry(AuditActions.SessionRevoked) { Target = ("session", form.Id) });
        }

        return SeeOther.To(AccountPaths.Sessions);
    }

    internal sealed record Fields(string Id);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Id).Matches("^[0-9a-f]{32}$");
    }
}

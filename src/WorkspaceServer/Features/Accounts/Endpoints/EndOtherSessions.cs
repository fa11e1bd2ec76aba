using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /account/sessions/end-others: signs this person out everywhere else.</summary>
internal static class EndOtherSessions
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.EndOtherSessions, HandleAsync)
        .TakesForm()
        .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.SessionsRevokedAll));

    private static async Task<IResult> HandleAsync(HttpContext context, SessionKeeper sessions, AuditLog audit)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        var person = SignedIn.Of(context.User);
        var ended = sessions.EndAll(person.PersonId, person.SessionId);
        await audit.RecordAsync(AccountEntry.About(AuditActions.SessionsRevokedAll, person.PersonId) with { Details = [("ended", ended)] });
        return SeeOther.To(AccountPaths.Sessions);
    }
}

using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /account/sessions: where this person is signed in.</summary>
internal static class SessionsPage
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(AccountPaths.Sessions, Handle)
        .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("somebody looks at their own sessions"));

    private static IResult Handle(HttpContext context, IAccountPages pages, SessionKeeper sessions)
    {
        var person = SignedIn.Of(context.User);
        return pages.Sessions(new SessionsView(
        [
            .. sessions.List(person.PersonId).Select(session => new SessionRow(
                session.Id, DeviceName.Of(session.UserAgent), session.Address, session.CreatedAt, session.LastSeenAt, session.HasMfa, session.Id == person.SessionId)),
        ]));
    }
}

using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /account: what protects this person's account, with the ways to change it.</summary>
internal static class SecurityPage
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(AccountPaths.Security, Handle)
        .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("somebody looks at their own account"));

    private static IResult Handle(HttpContext context, IAccountPages pages, AuthOptions auth, CredentialStore credentials, Protection protection, PhoneCodes phones, SessionKeeper sessions)
    {
        var person = SignedIn.Of(context.User);
        var has = protection.Of(person.PersonId);
        return pages.Security(new SecurityView(
            person.Email,
            auth.Mode == AuthMode.Local ? new LocalSecurity(credentials.Find(person.PersonId) is not null, has.HasApp, has.Passkeys, has.BackupCodes, phones.Find(person.PersonId)?.Masked, phones.IsOn) : null,
            sessions.List(person.PersonId).Count));
    }
}

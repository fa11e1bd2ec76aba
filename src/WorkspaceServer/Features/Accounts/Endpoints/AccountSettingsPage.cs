using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /account/settings: everything that a person can change about their account, and the way to each.</summary>
internal static class AccountSettingsPage
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(AccountPaths.Settings, Handle)
        .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("somebody looks at their own account"));

    private static IResult Handle(HttpContext context, IAccountPages pages)
    {
        var person = SignedIn.Of(context.User);
        return pages.Settings(new AccountSettingsView(person.Name, person.Email));
    }
}

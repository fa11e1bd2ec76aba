using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Public.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Public;

/// <summary>What anybody may read: GET /security, /cookies, /legal/terms, /legal/privacy, /status, and /.well-known/security.txt.</summary>
internal static class PublicFeature
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/security", (PublicOptions options) => Page.Of<AboutSecurityPage>(About(options))).ReadByAnybody();
        routes.MapGet("/cookies", (AccountCookies cookies, ServerOptions server) => Page.Of<AboutCookiesPage>(Cookies(cookies, server))).ReadByAnybody();
        routes.MapGet("/legal/terms", (PublicOptions options) => Page.Of<AboutTermsPage>(About(options))).ReadByAnybody();
        routes.MapGet("/legal/privacy", (PublicOptions options) => Page.Of<AboutPrivacyPage>(About(options))).ReadByAnybody();
        routes.MapGet("/status", (BackupHealth backups, BackupOptions options, TimeProvider clock) => Page.Of<StatusPage>(new StatusModel(Words(backups, options, clock)))).ReadByAnybody();
        SecurityText.Map(routes);
        ApiDocument.Map(routes);
    }

    private static void ReadByAnybody(this RouteHandlerBuilder endpoint) => endpoint.Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("a public document"));

    private static AboutModel About(PublicOptions options) => new(options.Operator.Length > 0 ? options.Operator : null, options.SecurityContact.Length > 0 ? options.SecurityContact : null);

    private static CookiesModel Cookies(AccountCookies cookies, ServerOptions server) => new(
    [
        new CookieRow(server.FormCookie, "Shows that a form that you send came from a page of this server.", "Until you close the browser"),
        new CookieRow(cookies.Session.Name, "Keeps you signed in. Nobody can read from it who you are.", "Until you sign out or your session ends"),
        new CookieRow(cookies.SecondFactor.Name, "Remembers between the two steps of signing in that the first was right.", "A few minutes"),
        new CookieRow(cookies.Passkey.Name, "Belongs to the question that your passkey answers.", "A few minutes"),
        new CookieRow(cookies.Browser.Name, "Lets a sign-in link work only in the browser that asked for it.", "A few minutes"),
        new CookieRow(cookies.ExternalState.Name, "Belongs to a sign-in at your organisation's own page.", "A few minutes"),
    ]);

    /// <summary>Coarse on purpose: strangers learn no time and no size.</summary>
    private static (bool IsGood, string Words) Words(BackupHealth backups, BackupOptions options, TimeProvider clock) =>
        !options.IsOn ? (false, "This server makes no backups.")
        : backups.LastGood is not { } last ? (false, "No backup was made yet.")
        : clock.GetUtcNow() - last > BackupHealth.MaxAge ? (false, "The last backup is more than a day old.")
        : (true, "The last backup is less than a day old.");
}

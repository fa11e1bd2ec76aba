using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Features.Controls;
using WorkspaceServer.Features.Public.Pages;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Public;

/// <summary>What anybody may read: GET /security, /cookies, /legal/terms, /legal/privacy, /legal/grievance, /status, and /.well-known/security.txt.</summary>
internal static class PublicFeature
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/security", async (PublicOptions options, ControlsReport report, CancellationToken cancel) =>
            Page.Of<AboutSecurityPage>(new SecurityModel(About(options).Contact, Topics(await report.KnownAsync(cancel))))).ReadByAnybody();
        CookiesPage.Map(routes);
        routes.MapGet("/legal/terms", (PublicOptions options) => Page.Of<AboutTermsPage>(About(options))).ReadByAnybody();
        routes.MapGet("/legal/privacy", (PublicOptions options, ChallengeOptions challenge, ServerOptions server) => Page.Of<AboutPrivacyPage>(
            About(options) with { HasCheck = challenge.Provider == ChallengeProvider.Turnstile, SecurityLogDays = server.SecurityLogDays })).ReadByAnybody();
        routes.MapGet("/legal/grievance", (PublicOptions options) => options.GrievanceContact.Length > 0
            ? Page.Of<GrievancePage>(new GrievanceModel(options.GrievanceOfficer, options.GrievanceContact))
            : throw new ProblemException(ProblemCodes.NotFound, "There is nothing at this address.")).ReadByAnybody();
        routes.MapGet("/status", (BackupHealth backups, BackupOptions options, TimeProvider clock) => Page.Of<StatusPage>(new StatusModel(Words(backups, options, clock)))).ReadByAnybody();
        SecurityText.Map(routes);
        ApiDocument.Map(routes);
    }

    private static void ReadByAnybody(this RouteHandlerBuilder endpoint) => endpoint.Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("a public document"));

    private static AboutModel About(PublicOptions options) => new(options.Operator.Length > 0 ? options.Operator : null, options.SecurityContact.Length > 0 ? options.SecurityContact : null);

    private static IReadOnlyList<PublicTopic> Topics(IReadOnlyList<ControlStanding> controls) =>
    [
        .. controls.Where(each => !each.Control.IsInside).GroupBy(each => each.Control.Topic).OrderBy(topic => topic.Key).Select(topic => new PublicTopic(
            topic.Key.Title(), [.. topic.Select(each => new PublicControl(each.Control.Title.ToString(), ControlAnswer.NameOf(each.State), each.CheckedAt, each.Tests))])),
    ];

    /// <summary>Coarse on purpose: strangers learn no time and no size.</summary>
    private static (bool IsGood, string Words) Words(BackupHealth backups, BackupOptions options, TimeProvider clock) =>
        !options.IsOn ? (false, T["This server makes no backups."])
        : backups.LastGood is not { } last ? (false, T["No backup was made yet."])
        : clock.GetUtcNow() - last > BackupHealth.MaxAge ? (false, T["The last backup is more than a day old."])
        : (true, T["The last backup is less than a day old."]);
}

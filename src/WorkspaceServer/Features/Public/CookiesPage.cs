using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Features.Public.Pages;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Public;

/// <summary>GET /cookies: every cookie of this server, and the one choice there is; POST /cookies keeps it, POST /cookies/forget takes it back.</summary>
internal static class CookiesPage
{
    private const string Path = "/cookies";

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpContext context, AccountCookies cookies, ServerOptions server, ChallengeOptions challenge) => Show(context, cookies, server, challenge, problems: null))
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("a public document"));
        routes.MapPost(Path, async (HttpContext context, AccountCookies cookies, ServerOptions server, ChallengeOptions challenge, TimeProvider clock) =>
            {
                var (form, problems) = await Form.ReadAsync(context, Rules);
                if (problems is not null)
                {
                    return Show(context, cookies, server, challenge, FormProblems.Whole(problems.Fields.Values.First()));
                }

                new ChosenLook(form.Look.Length == 0 ? null : form.Look, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)).Write(context, server);
                return Page.SeeOther(Path);
            })
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.By<Validator>(), Recording.Nothing("kept in the visitor's own browser and nowhere else"));
        routes.MapPost(Path + "/forget", async (HttpContext context, ServerOptions server) =>
            {
                await Form.ReadAsync(context, new NoFields.Validator());
                ChosenLook.Forget(context, server);
                return Page.SeeOther(Path);
            })
            .TakesForm()
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.By<NoFields.Validator>(), Recording.Nothing("kept in the visitor's own browser and nowhere else"));
    }

    /// <summary>Every cookie that this server sets; a test finds one that is not here.</summary>
    public static IReadOnlyList<CookieRow> List(AccountCookies cookies, ServerOptions server) =>
    [
        new CookieRow(server.FormCookie, T["Shows that a form that you send came from a page of this server."], T["Until you close the browser"]),
        new CookieRow(cookies.Session.Name, T["Keeps you signed in. Nobody can read from it who you are."], T["Until you sign out or your session ends"]),
        new CookieRow(cookies.SecondFactor.Name, T["Remembers between the two steps of signing in that the first was right."], T["A few minutes"]),
        new CookieRow(cookies.Passkey.Name, T["Belongs to the question that your passkey answers."], T["A few minutes"]),
        new CookieRow(cookies.Browser.Name, T["Lets a sign-in link work only in the browser that asked for it."], T["A few minutes"]),
        new CookieRow(cookies.ExternalState.Name, T["Belongs to a sign-in at your organisation's own page."], T["A few minutes"]),
        new CookieRow(ChosenLook.NameOf(server), T["Keeps what you chose here. Only set when you save."], T["A year"], IsOptional: true),
    ];

    private static IResult Show(HttpContext context, AccountCookies cookies, ServerOptions server, ChallengeOptions challenge, FormProblems? problems)
    {
        var chosen = ChosenLook.Of(context, server);
        return Page.Of<AboutCookiesPage>(
            new CookiesModel(
                List(cookies, server), Path, Path + "/forget", chosen?.Look, chosen is null ? null : new DateTimeOffset(chosen.On, TimeOnly.MinValue, TimeSpan.Zero), problems, challenge.Provider == ChallengeProvider.Turnstile),
            problems?.Status ?? StatusCodes.Status200OK);
    }

    internal sealed record Fields(string Look);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Look).Must(look => look is "" or ChosenLook.Light or ChosenLook.Dark).WithMessage("look is light, dark or empty.");
    }
}

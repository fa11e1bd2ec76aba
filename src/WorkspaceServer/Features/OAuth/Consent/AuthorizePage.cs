using System.Globalization;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.OAuth.Pages;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.OAuth.Consent;

/// <summary>GET /oauth/authorize asks a person whether a client may come in; POST /oauth/authorize takes the answer, with the same query.</summary>
/// <remarks>The question is asked each time: a consent given once is no consent to another redirect address, to more scopes, or to somebody else's copy of the client.</remarks>
internal static class AuthorizePage
{
    public const int DefaultDays = 90;

    public const long DefaultRows = 50_000;

    private const string Allow = "allow";

    /// <summary>How long an access may last, in days.</summary>
    private static readonly int[] Durations = [7, 30, DefaultDays, 365];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(OAuthPaths.Authorize, ShowAsync)
            .AddEndpointFilter<Refusals>()
            .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.By<AuthorizeRequest>(), Recording.Nothing("the answer to the question is recorded"));
        routes.MapPost(OAuthPaths.Authorize, DecideAsync)
            .AddEndpointFilter<Refusals>()
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.OAuthGranted, AuditActions.OAuthDenied));
    }

    private static async Task<IResult> ShowAsync(HttpContext context, ClientDirectory clients, ConsentDesk desk, HandshakeBook handshakes, PublicAddress address)
    {
        var person = SignedIn.Of(context.User).PersonId;
        var request = await AuthorizeRequest.ReadAsync(
            context.Request, clients, address, (mark, step, outcome, client) => handshakes.Heard(mark, person, step, outcome, client is null ? null : (client.Id, client.Name)));
        return Ask(context, desk, request, desk.Offered(person, request), Fields.Least(request.Scopes), problems: null);
    }

    private static async Task<IResult> DecideAsync(HttpContext context, ClientDirectory clients, ConsentDesk desk, PublicAddress address)
    {
        var request = await AuthorizeRequest.ReadAsync(context.Request, clients, address, (_, _, _, _) => { });
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (form.Decision != Allow)
        {
            await desk.DenyAsync(SignedIn.Of(context.User).PersonId, request);
            throw new AuthorizeRefusal(request.RedirectUri, request.State, "access_denied", "The person did not allow it.");
        }

        var offered = desk.Offered(SignedIn.Of(context.User).PersonId, request);
        var scopes = offered.Where(form.Has).ToArray();
        if (problems is null && !scopes.Any(Scopes.Default.Contains))
        {
            problems = FormProblems.Whole(T["Tick at least one thing that it may do."]);
        }

        if (problems is not null)
        {
            return Ask(context, desk, request, offered, form, problems);
        }

        var code = desk.Allow(SignedIn.Of(context.User).PersonId, request, new Consented(
            WorkspaceId.Parse(form.Workspace), scopes, TimeSpan.FromDays(int.Parse(form.Days, CultureInfo.InvariantCulture)), RowsOf(form)!.Value, ColumnList.Parse(form.Hidden)));
        return SeeOther.To(AuthorizeRequest.Location(request.RedirectUri, address, request.State, ("code", code)));
    }

    private static IResult Ask(HttpContext context, ConsentDesk desk, AuthorizeRequest request, IReadOnlyList<string> offered, Fields form, FormProblems? problems)
    {
        var person = SignedIn.Of(context.User);
        var host = RedirectAddress.HostOf(request.RedirectUri);
        return Page.WithFormTarget<ConsentPage>(
            new ConsentModel(
                person.Name.Length > 0 ? person.Name : person.Email,
                context.Request.Path + context.Request.QueryString,
                request.Client.Name,
                request.Client.VerifiedHost,
                host,
                RedirectAddress.IsLoopback(request.RedirectUri),
                [.. desk.WorkspacesOf(person.PersonId).Select(own => new ConsentWorkspace(own.Workspace.ToString(), own.Name, Access.Roles.NameOf(own.Role), own.Workspace.ToString() == form.Workspace))],
                [.. offered.Select(scope => new ConsentScope(Fields.NameOf(scope), ScopeWords.LabelOf(scope), ScopeWords.HintOf(scope), form.Has(scope), scope == Scopes.DataPrivate))],
                [.. Durations.Select(days => new ConsentDuration(days, days.ToString(CultureInfo.InvariantCulture) == form.Days))],
                form.Rows,
                form.Hidden,
                problems),
            RedirectAddress.SourceOf(request.RedirectUri));
    }

    /// <summary>As people write numbers: with or without separators.</summary>
    private static long? RowsOf(Fields form) =>
        long.TryParse(form.Rows.Replace(",", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : null;

    internal sealed record Fields(string Decision, string Workspace, string TablesRead, string Search, string ActionsPropose, string DataPrivate, string Days, string Rows, string Hidden)
    {
        private const string Ticked = "true";

        /// <summary>What is filled in before anybody has: no workspace, the first scope alone, and the usual bounds.</summary>
        public static Fields Least(IReadOnlyList<string> scopes) => new(
            Allow,
            "",
            scopes[0] == Scopes.TablesRead ? Ticked : "",
            scopes[0] == Scopes.Search ? Ticked : "",
            ActionsPropose: "",
            DataPrivate: "",
            DefaultDays.ToString(CultureInfo.InvariantCulture),
            DefaultRows.ToString("N0", CultureInfo.InvariantCulture),
            "");

        /// <summary>The scope's tick box.</summary>
        public static string NameOf(string scope) => scope.Replace(':', '_');

        public bool Has(string scope) => scope switch
        {
            Scopes.TablesRead => TablesRead == Ticked,
            Scopes.Search => Search == Ticked,
            Scopes.ActionsPropose => ActionsPropose == Ticked,
            Scopes.DataPrivate => DataPrivate == Ticked,
            _ => false,
        };
    }

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Decision).Must(decision => decision is Allow or "deny").WithMessage(_ => T["Say yes or no."]);
            When(form => form.Decision == Allow, () =>
            {
                RuleFor(form => form.Workspace).Must(text => WorkspaceId.TryParse(text, out _)).WithMessage(_ => T["Choose one workspace."]);
                RuleFor(form => form.Days).Must(text => Durations.Any(days => days.ToString(CultureInfo.InvariantCulture) == text)).WithMessage(_ => T["Choose how long."]);
                RuleFor(form => form).Must(form => RowsOf(form) is >= 1 and <= TokenBudget.MaxRows).OverridePropertyName(nameof(Fields.Rows)).WithMessage(_ => T["Give a number of rows, 1 or more."]);
                RuleFor(form => form.Hidden).Must(ColumnList.IsList).WithMessage(ColumnList.Rule);
            });
        }
    }

    /// <summary>Sends a refusal to the client by way of the browser.</summary>
    private sealed class Refusals(PublicAddress address) : IEndpointFilter
    {
        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            try
            {
                return await next(context);
            }
            catch (AuthorizeRefusal refusal)
            {
                return SeeOther.To(refusal.LocationFrom(address));
            }
        }
    }
}

using System.Globalization;
using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Doctor;
using WorkspaceServer.Features.OAuth.Pages;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Features.Tokens.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>GET /w/{workspace}/clients lists the AI clients and says how to connect one, GET …/{client} shows one; POST …/{client}/pause, /resume, /end and /limits change it.</summary>
internal static class ConnectedPages
{
    /// <summary>Clients on the page; the JSON interface has the rest.</summary>
    private const int Shown = 200;

    private static readonly QueryValidator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ClientPaths.Page, ShowAll)
            .Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Pages, InputCheck.By<QueryValidator>(), Recording.Nothing("reads only"));
        routes.MapGet(ClientPaths.ClientPage, ShowOne)
            .Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(ClientPaths.ClientPage + "/limits", NarrowAsync)
            .TakesForm()
            .Guarded(
                Authority.Needs(Permissions.ClientsApprove.Name),
                RateClasses.Pages,
                InputCheck.By<Validator>(),
                Recording.As(AuditActions.OAuthNarrowed, AuditActions.ClientToolsChanged, AuditActions.HiddenColumnsChanged));
        MapButton(routes, "/pause", Permissions.ClientsRevoke, Recording.As(AuditActions.OAuthPaused), (book, actor, workspace, client) => book.Pause(actor, workspace, client));
        MapButton(routes, "/resume", Permissions.ClientsApprove, Recording.As(AuditActions.OAuthResumed), (book, actor, workspace, client) => book.Resume(actor, workspace, client));
        MapButton(routes, "/end", Permissions.ClientsRevoke, Recording.As(AuditActions.OAuthRevoked), (book, actor, workspace, client) => book.Revoke(actor, workspace, client));
    }

    private static void MapButton(
        IEndpointRouteBuilder routes, string behind, Permission permission, Recording recording, Func<GrantBook, Principal, WorkspaceId, string, ConnectedClient> change) => routes
        .MapPost(ClientPaths.ClientPage + behind, (WorkspaceId workspace, string client, ClaimsPrincipal user, GrantBook book) =>
        {
            change(book, Principal.Of(user)!, workspace, client);
            return SeeOther.To(AddressOf(workspace));
        })
        .TakesForm()
        .Guarded(Authority.Needs(permission.Name), RateClasses.Pages, InputCheck.Ids, recording);

    private static string AddressOf(WorkspaceId workspace) => AccessPaths.PageOf(workspace) + ClientPaths.Behind;

    private static IResult ShowAll(
        WorkspaceId workspace, [AsParameters] Query query, ClaimsPrincipal user, GrantBook book, Tokens.TokenDesk tokens, HandshakeBook handshakes, AiStops stops, Policy policy, PublicAddress address, TimeProvider clock)
    {
        query.Checked(Rules);
        var (may, now) = (policy.PermissionsOf(Principal.Of(user)!, workspace), clock.GetUtcNow());
        var attempt = handshakes.Find(SignedIn.Of(user).PersonId, workspace);
        var report = attempt is null ? null : DoctorReport.Of(attempt, ProtectedResource.Of(address), now);
        var endpoint = report is { IsOver: false } ? report.Url : ProtectedResource.Of(address);
        var guides = ClientGuides.For(endpoint);
        return Page.Of<ConnectedPage>(new ConnectedModel(
            [.. book.List(workspace, before: null, Shown).Select(client => RowOf(client, AddressOf(workspace), now))],
            may.Contains(Permissions.ClientsRevoke),
            may.Contains(Permissions.ClientsApprove),
            new ConnectModel(
                AccessPaths.PageOf(workspace),
                AddressOf(workspace),
                endpoint,
                guides,
                guides.FirstOrDefault(guide => guide.Id == query.Guide) ?? guides[0],
                [.. tokens.List(workspace).Select(token => tokens.RowOf(user, workspace, token)).Where(token => token.State == "good")]),
            new DoctorModel(string.Create(CultureInfo.InvariantCulture, $"{AddressOf(workspace)}?at={now.ToUnixTimeSeconds()}#doctor"), AccessPaths.PageOf(workspace) + DoctorPages.Behind, DoctorReport.StateOf(attempt, now), report),
            stops.In(workspace) is { } stop ? new StopModel(stop.IsWholeServer, stop.At) : null));
    }

    private static IResult ShowOne(WorkspaceId workspace, string client, ClaimsPrincipal user, GrantBook book, Policy policy, TimeProvider clock) =>
        Show(workspace, book.Get(workspace, client), user, policy, clock, problems: null);

    private static IResult Show(WorkspaceId workspace, ConnectedClient client, ClaimsPrincipal user, Policy policy, TimeProvider clock, FormProblems? problems)
    {
        var row = RowOf(client, AddressOf(workspace), clock.GetUtcNow());
        var mayNarrow = row.IsLive && policy.May(Principal.Of(user)!, Permissions.ClientsApprove, workspace).IsAllowed;
        return Page.Of<ClientPage>(
            new ClientModel(row, AddressOf(workspace), client.Grant.Tools, client.Grant.HiddenColumns, client.Grant.ExpiresAt, client.RowsInAll, client.Grant.Scopes.Contains(Scopes.DataPrivate), client.Grant.Scopes.Contains(Scopes.ActionsPropose), mayNarrow, problems),
            problems is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> NarrowAsync(
        WorkspaceId workspace, string client, HttpContext context, GrantBook book, Policy policy, TimeProvider clock)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (problems is null)
        {
            try
            {
                book.Narrow(Principal.Of(context.User)!, workspace, client, new GrantLimits(
                    ScopesLeft(form, book.Get(workspace, client).Grant.Scopes),
                    form.Tools.Length == 0 ? null : ColumnList.Parse(form.Tools),
                    ColumnList.Parse(form.Hidden),
                    long.Parse(form.Rows, CultureInfo.InvariantCulture),
                    Days: null));
                return SeeOther.To($"{AddressOf(workspace)}/{client}");
            }
            catch (ProblemException problem) when (problem.Code == ProblemCodes.InvalidArgument)
            {
                problems = FormProblems.Whole(problem.Message);
            }
        }

        return Show(workspace, book.Get(workspace, client), context.User, policy, clock, problems);
    }

    /// <summary>Null if none is taken away.</summary>
    private static string[]? ScopesLeft(Fields form, IReadOnlyList<string> scopes) => form.NoPrivate.Length + form.NoPropose.Length == 0
        ? null
        : [.. scopes.Where(scope => !(scope == Scopes.DataPrivate && form.NoPrivate.Length > 0) && !(scope == Scopes.ActionsPropose && form.NoPropose.Length > 0))];

    private static ClientRow RowOf(ConnectedClient client, string address, DateTimeOffset now) => new(
        client.Grant.Id,
        client.ClientName,
        client.VerifiedHost,
        client.PersonName.Length > 0 ? client.PersonName : client.PersonEmail,
        ClientAnswer.StatusOf(client.Grant, now),
        [.. client.Grant.Scopes.Select(ScopeWords.LabelOf)],
        client.RowsToday,
        client.Grant.RowsPerDay,
        client.Grant.UsedAt,
        $"{address}/{client.Grant.Id}");

    internal sealed record Query
    {
        /// <summary>The client whose steps are shown.</summary>
        public string? Guide { get; init; }
    }

    internal sealed class QueryValidator : AbstractValidator<Query>
    {
        public QueryValidator() => RuleFor(query => query.Guide).MaximumLength(20).WithMessage("guide is the name of a tab.");
    }

    internal sealed record Fields(string Rows, string Hidden, string Tools, string NoPrivate, string NoPropose);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Rows).Must(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)).WithMessage(_ => T["Give a number of rows."]);
            RuleFor(form => form.Hidden).Must(ColumnList.IsList).WithMessage(ColumnList.Rule);
            RuleFor(form => form.NoPrivate).Must(text => text is "" or "true").WithMessage(_ => T["Tick it or leave it."]);
            RuleFor(form => form.NoPropose).Must(text => text is "" or "true").WithMessage(_ => T["Tick it or leave it."]);
            RuleFor(form => form.Tools).MaximumLength(ColumnList.MaxLength).WithMessage(_ => T["Write names of tools with commas between."]);
        }
    }
}

using System.Globalization;
using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Agents.Endpoints;
using WorkspaceServer.Features.Agents.Pages;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces.Sync;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Agents;

/// <summary>GET /w/{workspace}/agents lists agents, open pairing tokens, and what was sent; POST makes a token, POST …/withdraw takes one back, POST …/revoke ends a pairing.</summary>
internal static class AgentPages
{
    public const string Behind = "/agents";

    /// <summary>Agents and tokens that the page shows; the JSON interface pages through all.</summary>
    private const int MaxShown = 200;

    /// <summary>Of a pairing token's id, in characters.</summary>
    private const int IdLength = 32;

    /// <summary>Runs of one page.</summary>
    private const int RunsPerPage = 20;

    private const string Path = AccessPaths.Page + Behind;

    private static readonly Validator Rules = new();

    private static readonly Query.Validator QueryRules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path + "/events", (WorkspaceId workspace, HttpContext context, LiveStreams streams, AgentsLook look) =>
                streams.Open(context, SyncTopic.Of(workspace), look.Follow(workspace)))
            .WithMetadata(new StaysOpen())
            .Guarded(Authority.Needs(Permissions.AgentsRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("says only that something is new"));
        routes.MapGet(Path, (WorkspaceId workspace, [AsParameters] Query query, ClaimsPrincipal user, Shown shown, CancellationToken cancel) =>
                shown.PageAsync(workspace, user, query.Checked(QueryRules), cancel))
            .Guarded(Authority.Needs(Permissions.AgentsRead.Name), RateClasses.Pages, InputCheck.By<Query.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(Path, CreateAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.AgentsPair.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.PairingStarted));
        routes.MapPost(Path + "/withdraw", WithdrawAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.AgentsPair.Name), RateClasses.Pages, InputCheck.Ids, Recording.As(AuditActions.PairingWithdrawn));
        routes.MapPost(Path + "/revoke", RevokeAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.AgentsRevoke.Name), RateClasses.Pages, InputCheck.Ids, Recording.As(AuditActions.AgentRevoked));
    }

    public static string AddressOf(WorkspaceId workspace, string agent) => $"{AccessPaths.PageOf(workspace)}{Behind}/{agent}";

    public static AgentRow RowOf(Agent agent, AgentContacts contacts) => new(
        AddressOf(agent.Workspace, agent.Id), agent.Id, agent.Name, T["{0}, agent {1}", agent.Platform, agent.Version], agent.ConfirmCode, agent.PairedAt, agent.RevokedAt is null, contacts.LastOf(agent.Id));

    public static AgentRights RightsOf(Policy policy, ClaimsPrincipal user, WorkspaceId workspace)
    {
        bool May(Permission permission) => policy.May(Principal.Of(user)!, permission, workspace).IsAllowed;
        return new AgentRights(May(Permissions.AgentsPair), May(Permissions.AgentsRevoke), May(Permissions.SyncApprove));
    }

    private static async Task<IResult> CreateAsync(WorkspaceId workspace, HttpContext context, AgentDesk desk, Shown shown, CancellationToken cancel)
    {
        var (form, problems) = await Form.ReadAsync(context, Rules);
        return problems is null
            // Not a redirect: the token is shown in this answer and nowhere else.
            ? await shown.PageAsync(workspace, context.User, new Query(), cancel, desk.CreateToken(Principal.Of(context.User)!, workspace, form.Name))
            : await shown.PageAsync(workspace, context.User, new Query(), cancel, null, form.Name, problems);
    }

    private static async Task<IResult> WithdrawAsync(WorkspaceId workspace, HttpContext context, AgentDesk desk)
    {
        var (form, _) = await Form.ReadAsync(context, new InlineValidator<OfPairing>());
        desk.RevokeToken(Principal.Of(context.User)!, workspace, form.Pairing);
        return Page.SeeOther(AccessPaths.PageOf(workspace) + Behind);
    }

    private static async Task<IResult> RevokeAsync(WorkspaceId workspace, HttpContext context, AgentDesk desk)
    {
        var (form, _) = await Form.ReadAsync(context, new InlineValidator<OfAgent>());
        desk.Revoke(Principal.Of(context.User)!, workspace, form.Agent);
        return Page.SeeOther(AccessPaths.PageOf(workspace) + Behind);
    }

    /// <summary>Puts the page together from what the workspace has.</summary>
    internal sealed class Shown(AgentStore agents, AgentContacts contacts, SentRuns runs, AgentsLook look, Policy policy, PublicAddress address, TimeProvider clock)
    {
        public async Task<IResult> PageAsync(
            WorkspaceId workspace, ClaimsPrincipal user, Query query, CancellationToken cancel, IssuedPairingToken? made = null, string name = "", FormProblems? problems = null)
        {
            // Read before the runs are: what changes in between is then noticed by the stream.
            var state = look.StateOf(workspace);
            var now = clock.GetUtcNow();
            var (home, events) = (AccessPaths.PageOf(workspace), AccessPaths.PageOf(workspace) + Behind + "/events");
            var watched = made?.Token ?? (query.Pairing is { } id ? agents.FindToken(workspace, id) ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such pairing token in this workspace.") : null);
            var all = agents.List(workspace, null, MaxShown);
            var names = all.ToDictionary(agent => agent.Id, agent => agent.Name);
            string NameOf(string? agent) => agent is null ? "" : names.GetValueOrDefault(agent, T["an agent that was paired long ago"]);
            return Page.Of<AgentsPage>(
                new AgentsModel(
                    home,
                    address.Origin,
                    [.. all.Select(agent => RowOf(agent, contacts))],
                    [.. agents.ListTokens(workspace, null, MaxShown).Where(token => token.StateAt(now) == "open").Select(token => new OpenPairing(token.Id, token.Name, token.ExpiresAt))],
                    [.. (await runs.WaitingAsync(workspace, cancel)).Select(each => new WaitingSchema(each.Table.Schema.Name, NameOf(each.Agent), each.Waiting!))],
                    await SentAsync(workspace, user, query, NameOf, cancel) with { Events = events, State = state },
                    RightsOf(policy, user, workspace),
                    made is null ? null : new NewPairing(made.Token.Name, made.Text, made.Token.ExpiresAt),
                    name,
                    problems.For("name"),
                    watched is null ? null : PairingOf(watched, now, events, state)),
                problems?.Status ?? StatusCodes.Status200OK);
        }

        private PairingModel PairingOf(PairingToken token, DateTimeOffset now, string events, string state)
        {
            var agent = token.AgentId is { } id && agents.Find(id) is { } found ? RowOf(found, contacts) : null;
            var stage = (token.StateAt(now), agent) switch
            {
                ("open", _) => PairingStage.Waiting,
                ("used", { IsPaired: true }) => PairingStage.Paired,
                ("used", not null) => PairingStage.Over,
                ("expired", _) => PairingStage.Lapsed,
                _ => PairingStage.Withdrawn,
            };
            return new PairingModel(token.Name, stage, token.ExpiresAt, agent, $"{AccessPaths.PageOf(token.Workspace)}{Behind}?pairing={token.Id}", events, state);
        }

        private async Task<SentModel> SentAsync(WorkspaceId workspace, ClaimsPrincipal user, Query query, Func<string?, string> nameOf, CancellationToken cancel)
        {
            var found = await runs.ListAsync(user, workspace, query.Before, RunsPerPage + 1, cancel);
            var shown = found.Take(RunsPerPage).ToArray();
            var path = AccessPaths.PageOf(workspace) + Behind;
            return new SentModel(
                [
                    .. shown.Select(run => new RunRow(
                        run.Table, nameOf(run.Agent), run.Mode, run.StartedAt, run.RowsIn, run.Changed, run.Deleted, run.Outcome, run.Totals?.Rows,
                        [.. (run.Totals?.Sums ?? new Dictionary<string, string>()).Select(sum => new ColumnSum(sum.Key, sum.Value))])),
                ],
                found.Count > RunsPerPage ? string.Create(CultureInfo.InvariantCulture, $"{path}?before={shown[^1].Number}#sent") : null,
                query.Before is null ? null : path + "#sent",
                UnderWay: SentRuns.UnderWay(shown, nameOf, clock.GetUtcNow()));
        }
    }

    internal sealed record Query
    {
        /// <summary>Only runs older than this number.</summary>
        public long? Before { get; init; }

        /// <summary>Also say what became of this pairing token.</summary>
        public string? Pairing { get; init; }

        internal sealed class Validator : AbstractValidator<Query>
        {
            public Validator()
            {
                RuleFor(query => query.Before).GreaterThan(0).WithMessage("before is the number of a run.");
                RuleFor(query => query.Pairing).Length(IdLength).WithMessage("pairing is the id of a pairing token.");
            }
        }
    }

    internal sealed record Fields(string Name);

    internal sealed record OfPairing(string Pairing);

    internal sealed record OfAgent(string Agent);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Name).Must(AgentNames.IsGood).WithMessage(AgentNames.Rule);
    }
}

using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Agents.Endpoints;
using WorkspaceServer.Features.Agents.Pages;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Agents;

/// <summary>GET /w/{workspace}/agents lists agents and open pairing tokens; POST makes a token, POST …/withdraw takes one back, POST …/revoke ends a pairing.</summary>
internal static class AgentPages
{
    public const string Behind = "/agents";

    /// <summary>Agents and tokens that the page shows; the JSON interface pages through all.</summary>
    private const int MaxShown = 200;

    private const string Path = AccessPaths.Page + Behind;

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (WorkspaceId workspace, ClaimsPrincipal user, Shown shown) => shown.Page(workspace, user))
            .Guarded(Authority.Needs(Permissions.AgentsRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
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

    private static async Task<IResult> CreateAsync(WorkspaceId workspace, HttpContext context, AgentDesk desk, Shown shown)
    {
        var (form, problems) = await Form.ReadAsync(context, Rules);
        return problems is null
            // Not a redirect: the token is shown in this answer and nowhere else.
            ? shown.Page(workspace, context.User, desk.CreateToken(Principal.Of(context.User)!, workspace, form.Name))
            : shown.Page(workspace, context.User, null, form.Name, problems);
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
    internal sealed class Shown(AgentStore agents, Policy policy, PublicAddress address, TimeProvider clock)
    {
        public IResult Page(WorkspaceId workspace, ClaimsPrincipal user, IssuedPairingToken? made = null, string name = "", FormProblems? problems = null)
        {
            bool May(Permission permission) => policy.May(Principal.Of(user)!, permission, workspace).IsAllowed;
            var now = clock.GetUtcNow();
            return Dashboard.Page.Of<AgentsPage>(
                new AgentsModel(
                    AccessPaths.PageOf(workspace),
                    address.Origin,
                    [.. agents.List(workspace, null, MaxShown).Select(agent => new AgentRow(agent.Id, agent.Name, $"{agent.Platform}, agent {agent.Version}", agent.ConfirmCode, agent.PairedAt, agent.RevokedAt is null))],
                    [.. agents.ListTokens(workspace, null, MaxShown).Where(token => token.StateAt(now) == "open").Select(token => new OpenPairing(token.Id, token.Name, token.ExpiresAt))],
                    May(Permissions.AgentsPair),
                    May(Permissions.AgentsRevoke),
                    made is null ? null : new NewPairing(made.Token.Name, made.Text, made.Token.ExpiresAt),
                    name,
                    problems.For("name")),
                problems is null ? StatusCodes.Status200OK : problems.Status);
        }
    }

    internal sealed record Fields(string Name);

    internal sealed record OfPairing(string Pairing);

    internal sealed record OfAgent(string Agent);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Name).Must(AgentNames.IsGood).WithMessage($"Give a name of 1 to {SyncLimits.MaxNameLength} characters, such as the computer's.");
    }
}

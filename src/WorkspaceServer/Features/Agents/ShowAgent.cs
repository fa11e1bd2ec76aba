using System.Buffers.Text;
using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Agents.Endpoints;
using WorkspaceServer.Features.Agents.Pages;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Agents;

/// <summary>GET /w/{workspace}/agents/{agent}: one computer, with the code to compare; POST …/name gives it another name.</summary>
internal static class ShowAgent
{
    private const string Path = AccessPaths.Page + AgentPages.Behind + "/{agent}";

    private static readonly Validator Rules = new();

    /// <summary>Runs that are looked through for those of the agent that are under way.</summary>
    private const int RunsLookedAt = 50;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (WorkspaceId workspace, string agent, ClaimsPrincipal user, Shown shown, CancellationToken cancel) => shown.PageAsync(workspace, agent, user, null, null, cancel))
            .Guarded(Authority.Needs(Permissions.AgentsRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(Path + "/name", RenameAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.AgentsPair.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.AgentRenamed));
    }

    private static async Task<IResult> RenameAsync(WorkspaceId workspace, string agent, HttpContext context, AgentStore agents, AgentDesk desk, Shown shown, CancellationToken cancel)
    {
        var found = Require(agents, workspace, agent);
        var (form, problems) = await Form.ReadAsync(context, Rules);
        if (problems is not null)
        {
            return await shown.PageAsync(workspace, agent, context.User, form.Name, problems, cancel);
        }

        desk.Rename(Principal.Of(context.User)!, workspace, found.Id, form.Name);
        return Page.SeeOther(AgentPages.AddressOf(workspace, found.Id));
    }

    private static Agent Require(AgentStore agents, WorkspaceId workspace, string id) =>
        agents.Find(id) is { } agent && agent.Workspace == workspace ? agent : throw new ProblemException(ProblemCodes.NotFound, "There is no such agent in this workspace.");

    /// <summary>Puts the page together from what is known of the agent.</summary>
    internal sealed class Shown(AgentStore agents, AgentContacts contacts, SentRuns runs, AgentsLook look, MembershipStore members, Policy policy, TimeProvider clock)
    {
        public async Task<IResult> PageAsync(WorkspaceId workspace, string id, ClaimsPrincipal user, string? name, FormProblems? problems, CancellationToken cancel)
        {
            // Read before the runs are: what changes in between is then noticed by the stream.
            var state = look.StateOf(workspace);
            var agent = Require(agents, workspace, id);
            var its = (await runs.ListAsync(user, workspace, null, RunsLookedAt, cancel)).Where(run => run.Agent == agent.Id);
            return Page.Of<AgentPage>(
                new AgentModel(
                    AccessPaths.PageOf(workspace),
                    AgentPages.RowOf(agent, contacts),
                    Pairing.Fingerprint(Base64Url.EncodeToString(agent.PublicKey)),
                    MakerOf(agent, members),
                    agent.RevokedAt,
                    AgentPages.RightsOf(policy, user, workspace),
                    name ?? agent.Name,
                    problems.For("name"),
                    new SentModel([], null, null, AccessPaths.PageOf(workspace) + AgentPages.Behind + "/events", state, SentRuns.UnderWay(its, _ => agent.Name, clock.GetUtcNow()))),
                problems?.Status ?? StatusCodes.Status200OK);
        }
    }

    private static string MakerOf(Agent agent, MembershipStore members)
    {
        if (agent.CreatedBy is not { } person)
        {
            return T["whoever runs the server"];
        }

        using var connection = members.Open();
        return MembershipStore.Find(connection, agent.Workspace, person) is { } maker ? maker.Name.Length > 0 ? maker.Name : maker.Email : T["somebody who is no member any more"];
    }

    internal sealed record Fields(string Name);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Name).Must(AgentNames.IsGood).WithMessage(AgentNames.Rule);
    }
}

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

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (WorkspaceId workspace, string agent, ClaimsPrincipal user, AgentStore agents, AgentContacts contacts, MembershipStore members, Policy policy) =>
                Show(workspace, Require(agents, workspace, agent), user, contacts, members, policy, null, null))
            .Guarded(Authority.Needs(Permissions.AgentsRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(Path + "/name", RenameAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.AgentsPair.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.AgentRenamed));
    }

    private static async Task<IResult> RenameAsync(
        WorkspaceId workspace, string agent, HttpContext context, AgentStore agents, AgentDesk desk, AgentContacts contacts, MembershipStore members, Policy policy)
    {
        var found = Require(agents, workspace, agent);
        var (form, problems) = await Form.ReadAsync(context, Rules);
        if (problems is not null)
        {
            return Show(workspace, found, context.User, contacts, members, policy, form.Name, problems);
        }

        desk.Rename(Principal.Of(context.User)!, workspace, found.Id, form.Name);
        return Page.SeeOther(AgentPages.AddressOf(workspace, found.Id));
    }

    private static Agent Require(AgentStore agents, WorkspaceId workspace, string id) =>
        agents.Find(id) is { } agent && agent.Workspace == workspace ? agent : throw new ProblemException(ProblemCodes.NotFound, "There is no such agent in this workspace.");

    private static IResult Show(
        WorkspaceId workspace, Agent agent, ClaimsPrincipal user, AgentContacts contacts, MembershipStore members, Policy policy, string? name, FormProblems? problems) => Page.Of<AgentPage>(
        new AgentModel(
            AccessPaths.PageOf(workspace),
            AgentPages.RowOf(agent, contacts),
            Pairing.Fingerprint(Base64Url.EncodeToString(agent.PublicKey)),
            MakerOf(agent, members),
            agent.RevokedAt,
            AgentPages.RightsOf(policy, user, workspace),
            name ?? agent.Name,
            problems.For("name")),
        problems?.Status ?? StatusCodes.Status200OK);

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

using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Proposals;

/// <summary>GET /api/v1/workspaces/{workspace}/proposals: what AI clients proposed; POST …/{proposal}/accept and …/decline: a person's answer.</summary>
internal static class ProposalsApi
{
    private static readonly Acceptance.Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ProposalPaths.Proposals, List)
            .Guarded(Authority.Needs(Permissions.ProposalsDecide.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(ProposalPaths.Proposal + "/accept", Accept)
            .Guarded(Authority.Needs(Permissions.ProposalsDecide.Name), RateClasses.Api, InputCheck.By<Acceptance.Validator>(), Recording.As(AuditActions.ProposalAccepted));
        routes.MapPost(ProposalPaths.Proposal + "/decline", Decline)
            .Guarded(Authority.Needs(Permissions.ProposalsDecide.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.ProposalDeclined));
    }

    private static Page<Item> List(WorkspaceId workspace, [AsParameters] Paging paging, ProposalStore store, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return paging.Checked().PageOf(store.List(workspace, paging.After, paging.Rows, now), proposal => proposal.Id, proposal => Item.Of(proposal, now));
    }

    private static DecisionAnswer Accept(WorkspaceId workspace, string proposal, Acceptance? body, ClaimsPrincipal user, ProposalDesk desk) =>
        new(proposal, Proposal.NameOf(ProposalState.Accepted), desk.Accept(user, workspace, proposal, (body ?? new Acceptance()).Checked(Rules)));

    private static DecisionAnswer Decline(WorkspaceId workspace, string proposal, ClaimsPrincipal user, ProposalDesk desk)
    {
        desk.Decline(user, workspace, proposal);
        return new DecisionAnswer(proposal, Proposal.NameOf(ProposalState.Declined), Question: null);
    }

    /// <param name="Client">As it was called when it proposed.</param>
    /// <param name="Reason">In the client's words; empty if it gave none.</param>
    /// <param name="State">pending, accepted, declined or expired.</param>
    /// <param name="DecidedBy">The person's id; null if nobody has said anything.</param>
    internal sealed record Item(
        string Id, string Client, string Name, string Sql, string Reason, string State, DateTimeOffset ProposedAt, DateTimeOffset ExpiresAt, string? DecidedBy, DateTimeOffset? DecidedAt)
    {
        public static Item Of(Proposal proposal, DateTimeOffset now) => new(
            proposal.Id,
            proposal.Client,
            proposal.Name,
            proposal.Sql,
            proposal.Reason,
            Proposal.NameOf(proposal.StateAt(now)),
            proposal.ProposedAt,
            proposal.ExpiresAt,
            proposal.Decided?.By,
            proposal.Decided?.At);
    }

    /// <param name="Question">The id of the question that was saved; null if none was.</param>
    internal sealed record DecisionAnswer(string Id, string State, string? Question);
}

using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Proposals.Pages;
using WorkspaceServer.Features.Tables.Console;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Proposals;

/// <summary>GET /w/{workspace}/proposals: what waits for a person, and what became of the rest; POST …/accept and …/decline answer one.</summary>
internal static class ProposalPages
{
    /// <summary>Answered and expired ones that are listed.</summary>
    private const int MaxPast = 20;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ProposalPaths.Page, (WorkspaceId workspace, ProposalStore store, TimeProvider clock) => Show(workspace, store, clock, refused: null, StatusCodes.Status200OK))
            .Guarded(Authority.Needs(Permissions.ProposalsDecide.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(ProposalPaths.Page + "/accept", AcceptAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.ProposalsDecide.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.ProposalAccepted));
        routes.MapPost(ProposalPaths.Page + "/decline", DeclineAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.ProposalsDecide.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.ProposalDeclined));
    }

    private static Task<IResult> AcceptAsync(WorkspaceId workspace, HttpContext context, ProposalDesk desk, ProposalStore store, TimeProvider clock) => DecideAsync(
        workspace,
        context,
        store,
        clock,
        form => $"{AccessPaths.PageOf(workspace)}{SqlPageEndpoints.Behind}?saved={desk.Accept(context.User, workspace, form.Proposal, new Acceptance(form.Name))}");

    private static Task<IResult> DeclineAsync(WorkspaceId workspace, HttpContext context, ProposalDesk desk, ProposalStore store, TimeProvider clock) => DecideAsync(
        workspace,
        context,
        store,
        clock,
        form =>
        {
            desk.Decline(context.User, workspace, form.Proposal);
            return ProposalPaths.PageOf(workspace);
        });

    /// <param name="decide">Returns where to go on.</param>
    private static async Task<IResult> DecideAsync(WorkspaceId workspace, HttpContext context, ProposalStore store, TimeProvider clock, Func<Fields, string> decide)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (problems is not null)
        {
            return Show(workspace, store, clock, new Refusal(form.Proposal, form.Name, problems.For("name") ?? problems.For("proposal")!), StatusCodes.Status400BadRequest);
        }

        try
        {
            return Page.SeeOther(decide(form));
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.AlreadyExists || problem.Code == ProblemCodes.ProposalOver)
        {
            return Show(workspace, store, clock, new Refusal(form.Proposal, form.Name, problem.Message), problem.Code.HttpStatus);
        }
    }

    private static IResult Show(WorkspaceId workspace, ProposalStore store, TimeProvider clock, Refusal? refused, int status)
    {
        var now = clock.GetUtcNow();
        var waiting = store.ListPending(workspace, now);
        var past = store.List(workspace, after: null, MaxPast + waiting.Count, now).Where(proposal => proposal.StateAt(now) != ProposalState.Pending);
        return Page.Of<ProposalsPage>(
            new ProposalsModel(
                ProposalPaths.PageOf(workspace),
                AccessPaths.PageOf(workspace) + "/clients",
                [.. waiting.Select(proposal => Waiting(proposal, now, refused))],
                [.. past.Take(MaxPast).Select(proposal => Past(proposal, now))],
                refused is { } over && waiting.All(proposal => proposal.Id != over.Proposal) ? over.Message : null),
            status);
    }

    private static WaitingProposal Waiting(Proposal proposal, DateTimeOffset now, Refusal? refused) => new(
        proposal.Id,
        proposal.Client,
        refused?.Proposal == proposal.Id ? refused.Name : proposal.Name,
        proposal.Sql,
        proposal.Reason,
        Formats.Left(proposal.ExpiresAt - now),
        refused?.Proposal == proposal.Id ? refused.Message : null);

    private static PastProposal Past(Proposal proposal, DateTimeOffset now) => new(
        proposal.Client, proposal.Name, Proposal.NameOf(proposal.StateAt(now)), proposal.Decided?.ByName, proposal.Decided?.At ?? (proposal.ExpiresAt < now ? proposal.ExpiresAt : now));

    /// <summary>What was typed, and why it was not taken.</summary>
    private sealed record Refusal(string Proposal, string Name, string Message);

    internal sealed record Fields(string Proposal, string Name);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Proposal).Matches("^[0-9a-f]{32}$").WithMessage(_ => T["There is no such proposal."]);
            RuleFor(form => form.Name).Must(QuestionToSave.IsName).WithMessage(QuestionToSave.NameRule);
        }
    }
}

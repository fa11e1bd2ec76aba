using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tables.Console;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Proposals;

/// <param name="Name">Under which to save the question; the one that the client proposed if there is none.</param>
internal sealed record Acceptance(string? Name = null)
{
    internal sealed class Validator : AbstractValidator<Acceptance>
    {
        public Validator() => RuleFor(acceptance => acceptance.Name).Must(name => name is null || QuestionToSave.IsName(name)).WithMessage(QuestionToSave.NameRule);
    }
}

/// <summary>What changes something is proposed by an AI client and done by a person: it waits for a while, and only somebody who is signed in says yes, once.</summary>
internal sealed class ProposalDesk(ProposalStore store, TimeProvider clock)
{
    /// <summary>Proposals of one workspace that wait at the same time.</summary>
    public const int MaxPending = 20;

    /// <summary>The same for one client.</summary>
    public const int MaxPendingOfClient = 5;

    /// <summary>How long a person can accept a proposal.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>How long the same proposal of the same client gets the same answer.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    /// <summary>How long what became of a proposal can be seen.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Takes a proposal of an AI client. The same one again is not another one: the client learns what became of it.</summary>
    /// <param name="reason">In the client's words; empty if it gives none.</param>
    /// <exception cref="ProblemException">Too many wait already.</exception>
    public Proposal Propose(Caller caller, QuestionToSave question, string reason)
    {
        var now = clock.GetUtcNow();
        var name = question.Name.Trim();
        if (store.FindSame(caller.Workspace, caller.TokenId, name, question.Sql, now - Remembered, now) is { } same && same.StateAt(now) != ProposalState.Expired)
        {
            return same;
        }

        var proposal = new Proposal(Guid.CreateVersion7(now).ToString("n"), caller.TokenId, caller.TokenName, name, question.Sql, reason, now, now + Lifetime, Decided: null);
        var entry = new AuditEntry(AuditActions.ProposalMade) { Target = ("proposal", proposal.Id), Workspace = caller.Workspace, Details = [("name", name)] };
        return store.Add(caller.Workspace, proposal, MaxPending, MaxPendingOfClient, now - Kept, entry)
            ? proposal
            : throw new ProblemException(
                ProblemCodes.TooManyRequests,
                $"{MaxPendingOfClient} proposals of this client, or {MaxPending} of all, wait for a person already. Ask the person to look at them, or wait until they expire.");
    }

    /// <summary>Saves the question under the person's name.</summary>
    /// <returns>The saved question's id.</returns>
    /// <exception cref="ProblemException">It does not wait any more, or the name is taken; then it waits on.</exception>
    public string Accept(ClaimsPrincipal user, WorkspaceId workspace, string id, Acceptance acceptance)
    {
        var proposal = Find(workspace, id);
        var person = Principal.Of(user)!.PersonId!;
        var now = clock.GetUtcNow();
        var question = new SavedQuestion(Guid.CreateVersion7(now).ToString("n"), (acceptance.Name ?? proposal.Name).Trim(), proposal.Sql, person, "", now);
        var entry = new AuditEntry(AuditActions.ProposalAccepted)
        {
            Target = ("proposal", id),
            Workspace = workspace,
            Details = [("client", proposal.Client), ("question", question.Id), ("name", question.Name)],
        };
        if (!store.Decide(workspace, id, new Decided(IsAccepted: true, person, "", now), entry, connection => QuestionStore.Add(connection, workspace, question)))
        {
            throw IsPending(workspace, id) ? SavedQuestions.NameIsTaken() : Over();
        }

        return question.Id;
    }

    /// <exception cref="ProblemException">It does not wait any more.</exception>
    public void Decline(ClaimsPrincipal user, WorkspaceId workspace, string id)
    {
        var proposal = Find(workspace, id);
        var entry = new AuditEntry(AuditActions.ProposalDeclined) { Target = ("proposal", id), Workspace = workspace, Details = [("client", proposal.Client), ("name", proposal.Name)] };
        if (!store.Decide(workspace, id, new Decided(IsAccepted: false, Principal.Of(user)!.PersonId!, "", clock.GetUtcNow()), entry, _ => true))
        {
            throw Over();
        }
    }

    private Proposal Find(WorkspaceId workspace, string id) =>
        store.Find(workspace, id, clock.GetUtcNow()) ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such proposal. Look at the list of them.");

    private bool IsPending(WorkspaceId workspace, string id) => store.Find(workspace, id, clock.GetUtcNow())?.StateAt(clock.GetUtcNow()) == ProposalState.Pending;

    private static ProblemException Over() =>
        new(ProblemCodes.ProposalOver, $"This proposal was answered already, nobody answered within {Lifetime.TotalMinutes:0} minutes, or the AI that made it was stopped. Ask the AI to propose it again.");
}

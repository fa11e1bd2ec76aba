using WorkspaceServer.Control;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Closure;

/// <summary>What whoever approves says was done by hand.</summary>
/// <param name="Subscription">What the person pays for has ended, or there is nothing of the kind.</param>
/// <param name="Identity">It was made sure that the person asked themselves.</param>
/// <param name="Provider">The person's account at the identity provider was cleaned up, or there is none.</param>
internal sealed record ClosureChecklist(bool Subscription, bool Identity, bool Provider)
{
    public bool IsComplete => Subscription && Identity && Provider;
}

/// <param name="Open">The case; null if the person has not asked, or called it off.</param>
/// <param name="HandOver">Workspaces that the person must hand over first: they have other members and no other owner.</param>
/// <param name="GoAlong">Workspaces that nobody else is in: they are deleted with the account.</param>
internal sealed record ClosureState(ClosureCase? Open, IReadOnlyList<SoleWorkspace> HandOver, IReadOnlyList<SoleWorkspace> GoAlong);

/// <summary>Closes accounts: the person asks, whoever runs the server approves, and until then it can be called off.</summary>
internal sealed class Closures(ClosureStore store, AuditLog audit, ChangeCounter changes, TimeProvider clock)
{
    /// <summary>Who approves by a verb.</summary>
    public const string Operator = "operator";

    public ClosureState StateOf(string person)
    {
        using var connection = store.Connect();
        return StateOf(connection, store.FindOpenOf(person), person);
    }

    /// <summary>Opens a case.</summary>
    /// <exception cref="ProblemException">There is one, or a workspace has to be handed over first.</exception>
    public ClosureCase Ask(string person)
    {
        using (var connection = store.Connect())
        {
            connection.Begin();
            RequireNothingToHandOver(ClosureStore.ListSole(connection, person), "You are");
            var id = Guid.CreateVersion7(clock.GetUtcNow()).ToString("n");
            if (!ClosureStore.Add(connection, id, person, clock.GetUtcNow()))
            {
                throw new ProblemException(ProblemCodes.AlreadyExists, "You have asked already. Whoever runs this server has still to approve it.");
            }

            audit.Append(connection, new AuditEntry(AuditActions.ClosureAsked) { Target = ("person", person), Details = [("case", id)] });
            connection.Commit();
        }

        return store.FindOpenOf(person)!;
    }

    /// <summary>Ends the open case of a person, who keeps everything.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public void CallOff(string person)
    {
        using var connection = store.Connect();
        connection.Begin();
        var id = ClosureStore.CallOff(connection, person, clock.GetUtcNow())
            ?? throw new ProblemException(ProblemCodes.NotFound, "There is no wish to close this account that could be called off.");
        audit.Append(connection, new AuditEntry(AuditActions.ClosureCalledOff) { Target = ("person", person), Details = [("case", id)] });
        connection.Commit();
    }

    /// <summary>
    /// Closes the account, all of it in one transaction: ends memberships with what was made under them, puts workspaces that nobody else is in on hold,
    /// ends sessions and links. Who the person is stays, without any rights (ruling X3).
    /// </summary>
    /// <param name="by">The id of whoever approves, or <see cref="Operator"/>.</param>
    /// <exception cref="ProblemException">Not all was done by hand; there is no such open case; it is the approver's own; or a workspace has to be handed over first.</exception>
    public ClosureCase Approve(string id, ClosureChecklist done, string by)
    {
        if (!done.IsComplete)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "Do all three things first, then tick each of them.");
        }

        using var connection = store.Connect();
        connection.Begin();
        var found = ClosureStore.FindOpen(connection, id)
            ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such case that is open. It may have been called off or approved meanwhile.");
        if (found.PersonId == by)
        {
            throw new ProblemException(ProblemCodes.Forbidden, "You cannot approve the closure of your own account. Another super admin can.");
        }

        var sole = ClosureStore.ListSole(connection, found.PersonId);
        RequireNothingToHandOver(sole, "They are");
        foreach (var each in sole)
        {
            PutOnHold(connection, each);
        }

        var left = Leave(connection, found.PersonId);
        ClosureStore.EndSignIns(connection, found.PersonId);
        ClosureStore.Approve(connection, id, by, clock.GetUtcNow());
        audit.Append(connection, new AuditEntry(AuditActions.PersonClosed)
        {
            Target = ("person", found.PersonId),
            Details =
            [
                ("case", id), ("subscription", done.Subscription), ("identity", done.Identity), ("provider", done.Provider),
                ("workspaces_left", left), ("workspaces_on_hold", sole.Count),
            ],
        });
        connection.Commit();
        changes.Changed();
        return found;
    }

    public ClosureState StateOf(ClosureCase open)
    {
        using var connection = store.Connect();
        return StateOf(connection, open, open.PersonId);
    }

    private static ClosureState StateOf(ControlConnection connection, ClosureCase? open, string person)
    {
        var sole = ClosureStore.ListSole(connection, person);
        return new ClosureState(open, [.. sole.Where(each => each.HasOthers)], [.. sole.Where(each => !each.HasOthers)]);
    }

    private static void RequireNothingToHandOver(IReadOnlyList<SoleWorkspace> sole, string who)
    {
        if (sole.FirstOrDefault(each => each.HasOthers) is { } first)
        {
            throw new ProblemException(ProblemCodes.LastOwner, $"{who} the only owner of {first.Name}, and others work in it. Make one of them an owner first.");
        }
    }

    private void PutOnHold(ControlConnection connection, SoleWorkspace workspace)
    {
        var now = clock.GetUtcNow();
        WorkspaceStore.Hold(connection, workspace.Id, now, now + WorkspaceLifecycle.HoldTime);
        audit.Append(connection, new AuditEntry(AuditActions.WorkspaceClosing)
        {
            Target = ("workspace", workspace.Id.ToString()),
            Workspace = workspace.Id,
            Details = [("name", workspace.Name)],
        });
    }

    /// <summary>Ends the memberships in the workspaces that stay. In those on hold it stays, for the day that one is brought back.</summary>
    private int Leave(ControlConnection connection, string person)
    {
        var workspaces = ClosureStore.ListWorkspaces(connection, person);
        foreach (var workspace in workspaces)
        {
            if (!MembershipStore.Remove(connection, workspace, person, clock.GetUtcNow()))
            {
                throw new InvalidOperationException("A workspace without another owner was not put on hold.");
            }

            audit.Append(connection, new AuditEntry(AuditActions.MemberRemoved) { Target = ("person", person), Workspace = workspace });
        }

        return workspaces.Count;
    }
}

using WorkspaceServer.Control;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Overview;

/// <summary>Makes workspaces for people: who makes one owns it.</summary>
internal sealed class NewWorkspaces(
    WorkspaceLifecycle lifecycle, MembershipStore members, AuditLog audit, ChangeCounter changes, WorkspaceOptions options, TimeProvider clock)
{
    public bool MayCreate(SignedIn person) => options.AnyoneMayCreate || person.Role == SystemRole.SuperAdmin;

    /// <exception cref="ProblemException">They may not, own too many, or the name is no name.</exception>
    public Workspace Create(SignedIn person, string name)
    {
        if (!MayCreate(person))
        {
            throw new ProblemException(ProblemCodes.Forbidden, "On this server only its operator makes workspaces. Ask them for one.");
        }

        if (members.CountOwned(person.PersonId) >= options.MaxOwned)
        {
            throw new ProblemException(ProblemCodes.Forbidden, $"You own {options.MaxOwned} workspaces, which is as many as one person may. Close one first.");
        }

        var made = lifecycle.Create(name, (connection, workspace) =>
        {
            MembershipStore.AddFirstOwner(connection, workspace.Id, person.PersonId, clock.GetUtcNow());
            audit.Append(connection, new AuditEntry(AuditActions.WorkspaceCreated)
            {
                Target = ("workspace", workspace.Id.ToString()),
                Workspace = workspace.Id,
                Details = [("name", workspace.Name), ("owner", person.PersonId)],
            });
        });
        changes.Changed();
        return made;
    }
}

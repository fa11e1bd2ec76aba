using WorkspaceServer.Control;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>Changes who is a member of a workspace, and as what.</summary>
/// <remarks>
/// One rule bounds all of it: an actor must hold every permission that the member holds before and after. So an admin makes no
/// owners and touches none, and nobody lifts themselves. It is checked inside the transaction that does the change.
/// </remarks>
internal sealed class Memberships(MembershipStore members, AuditLog audit, ChangeCounter changes, TimeProvider clock)
{
    /// <summary>Most custom roles of one member.</summary>
    public const int MaxCustomRoles = 10;

    /// <summary>Makes a person a member without an invitation; for the operator.</summary>
    /// <exception cref="ProblemException">There is no such person, or they are a member already.</exception>
    public Member Add(Principal actor, WorkspaceId workspace, string email, Role role)
    {
        var person = PersonOf(email);
        using var connection = members.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, Roles.PermissionsOf(role).With(PermissionSet.Of(Permissions.MembersInvite)));
        if (!MembershipStore.Add(connection, workspace, person, role, clock.GetUtcNow()))
        {
            throw new ProblemException(ProblemCodes.AlreadyExists, "This person is a member already. Change their role instead.");
        }

        var added = MembershipStore.Find(connection, workspace, person)!;
        Commit(connection, AuditActions.MemberAdded, workspace, person, ("role", Roles.NameOf(role)));
        return added;
    }

    /// <summary>The id of the person with this address.</summary>
    /// <exception cref="ProblemException">Nobody has it.</exception>
    public string PersonOf(string email) => members.FindPerson(EmailAddress.KeyOf(email))
        ?? throw new ProblemException(ProblemCodes.NotFound, "Nobody on this server has that address. Invite them: workspace-server invite create");

    /// <summary>Replaces the role and the custom roles of a member.</summary>
    /// <param name="customRoles">Ids. Owners hold none, so that each workspace has somebody who may do everything.</param>
    /// <exception cref="ProblemException">The actor may not; there is no such member or role; or this is the last owner.</exception>
    public Member ChangeRole(Principal actor, WorkspaceId workspace, string person, Role role, IReadOnlyList<string> customRoles)
    {
        if (customRoles.Count > (role == Role.Owner ? 0 : MaxCustomRoles))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"Owners hold no custom roles; other members hold up to {MaxCustomRoles}.");
        }

        using var connection = members.Open();
        connection.Begin();
        var custom = CustomRoleStore.Load(connection, workspace, customRoles);
        Touch(connection, actor, workspace, person, Permissions.MembersChangeRole, Roles.Effective(role, custom));
        NotLastOwner(MembershipStore.SetRole(connection, workspace, person, role));
        MembershipStore.SetCustomRoles(connection, workspace, person, custom.Select(each => each.Id));
        var changed = MembershipStore.Find(connection, workspace, person)!;
        Commit(connection, AuditActions.MemberRoleChanged, workspace, person, ("role", Roles.NameOf(role)), ("custom_roles", custom.Select(each => each.Name).ToArray()));
        return changed;
    }

    /// <summary>Stops the member and all that acts for them, until <see cref="Unsuspend"/>.</summary>
    public void Suspend(Principal actor, WorkspaceId workspace, string person) => Change(actor, workspace, person, Permissions.MembersSuspend, AuditActions.MemberSuspended, connection =>
        NotLastOwner(MembershipStore.Suspend(connection, workspace, person, clock.GetUtcNow())));

    public void Unsuspend(Principal actor, WorkspaceId workspace, string person) => Change(actor, workspace, person, Permissions.MembersSuspend, AuditActions.MemberReinstated, connection =>
        MembershipStore.Unsuspend(connection, workspace, person));

    /// <summary>Ends a membership for good, and revokes the member's tokens and open invitations.</summary>
    public void Remove(Principal actor, WorkspaceId workspace, string person) => Change(actor, workspace, person, Permissions.MembersRemove, AuditActions.MemberRemoved, connection =>
        NotLastOwner(MembershipStore.Remove(connection, workspace, person, clock.GetUtcNow())));

    /// <summary>Ends the actor's own membership.</summary>
    public void Leave(Principal actor, WorkspaceId workspace) => Change(actor, workspace, actor.PersonId ?? "", Permissions.WorkspaceLeave, AuditActions.MemberLeft, connection =>
        NotLastOwner(MembershipStore.Remove(connection, workspace, actor.PersonId!, clock.GetUtcNow())));

    private void Change(Principal actor, WorkspaceId workspace, string person, Permission permission, AuditAction action, Action<ControlConnection> change)
    {
        using var connection = members.Open();
        connection.Begin();
        Touch(connection, actor, workspace, person, permission, PermissionSet.Empty);
        change(connection);
        Commit(connection, action, workspace, person);
    }

    private static void Touch(ControlConnection connection, Principal actor, WorkspaceId workspace, string person, Permission permission, PermissionSet after)
    {
        var member = MembershipStore.Find(connection, workspace, person)
            ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such member in this workspace.");
        var before = Roles.Effective(member.Role, CustomRoleStore.Load(connection, workspace, member.CustomRoles));
        Policy.Require(connection, actor, workspace, before.With(after).With(PermissionSet.Of(permission)));
    }

    private void Commit(ControlConnection connection, AuditAction action, WorkspaceId workspace, string person, params (string, object?)[] details)
    {
        audit.Append(connection, new AuditEntry(action) { Target = ("person", person), Workspace = workspace, Details = details });
        connection.Commit();
        changes.Changed();
    }

    private static void NotLastOwner(bool isDone)
    {
        if (!isDone)
        {
            throw new ProblemException(ProblemCodes.LastOwner, "A workspace keeps at least one owner who can act. Make somebody else an owner first.");
        }
    }
}

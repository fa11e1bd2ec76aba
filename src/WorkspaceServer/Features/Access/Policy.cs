using System.Collections.Concurrent;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access;

/// <summary>The one service that decides who may do what. Endpoints, tools, agents and verbs all ask it, and nothing else.</summary>
/// <remarks>
/// What it knows of a person is remembered until the change counter moves, which other processes move too, so that a change
/// is felt within <see cref="ChangeCounter.MaxAge"/>. The end of a support grant is compared with the clock every time.
/// </remarks>
internal sealed class Policy(AuthorityStore store, ChangeCounter changes, TimeProvider clock)
{
    /// <summary>People remembered at the same time. When there are more, all are forgotten.</summary>
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Remembered> remembered = new(StringComparer.Ordinal);

    /// <param name="workspace">Null for permissions of the system, which have none.</param>
    public Decision May(Principal principal, Permission permission, WorkspaceId? workspace) => principal switch
    {
        // Whoever can read the master key can read everything: the verbs' borders are those of the machine.
        Principal.OperatorPrincipal => Decision.Allowed,
        Principal.TokenPrincipal token => MayToken(token, permission, workspace),
        Principal.PersonPrincipal person => MayPerson(AuthorityOf(person.PersonKey), permission, workspace),
        _ => Decision.Forbidden,
    };

    /// <summary>Is this person an active member there? If not, all that acts for them rests: tokens, agents, AI clients.</summary>
    public bool IsActive(string person, WorkspaceId workspace) =>
        AuthorityOf(person) is { IsSuspended: false } authority && authority.Memberships.TryGetValue(workspace, out var member) && !member.IsSuspended;

    /// <summary>Is this person known and not suspended?</summary>
    public bool IsActive(string person) => AuthorityOf(person) is { IsSuspended: false };

    /// <summary>What a person may do in a workspace now, for showing; asking for each thing is left to <see cref="May"/>.</summary>
    public PermissionSet PermissionsOf(Principal principal, WorkspaceId workspace) =>
        PermissionSet.Of(Permissions.OfWorkspaces.Where(permission => May(principal, permission, workspace).IsAllowed));

    /// <summary>
    /// Asks the same inside a transaction that changes authority, so that nobody gives or takes what they no longer hold themselves.
    /// </summary>
    /// <exception cref="ProblemException">The actor is no active member, or lacks one of the permissions.</exception>
    public static void Require(ControlConnection connection, Principal actor, WorkspaceId workspace, PermissionSet needed)
    {
        if (actor is Principal.OperatorPrincipal)
        {
            return;
        }

        if (actor is not Principal.PersonPrincipal person
            || AuthorityStore.Find(connection, person.PersonKey) is not { IsSuspended: false } authority
            || !authority.Memberships.TryGetValue(workspace, out var member)
            || member.IsSuspended
            || !member.Permissions.Covers(needed))
        {
            throw new ProblemException(ProblemCodes.Forbidden, "This takes more permissions than you hold: nobody gives, or takes from others, what they do not have themselves.");
        }
    }

    /// <summary>Whether somebody owns this workspace, can act and holds the permission, asked inside the transaction in which it counts.</summary>
    public static bool IsActingOwner(ControlConnection connection, string person, WorkspaceId workspace, Permission permission) =>
        AuthorityStore.Find(connection, person) is { IsSuspended: false } authority
        && authority.Memberships.TryGetValue(workspace, out var member)
        && member is { IsSuspended: false, Role: Role.Owner }
        && member.Permissions.Contains(permission);

    private Decision MayToken(Principal.TokenPrincipal token, Permission permission, WorkspaceId? workspace)
    {
        // The same answer for every other workspace, whether or not there is one.
        if (token.Workspace != workspace || !token.Ceiling.Contains(permission))
        {
            return Decision.Forbidden;
        }

        return token.CreatedBy is null ? Decision.Allowed : MayMember(AuthorityOf(token.CreatedBy), permission, token.Workspace);
    }

    private Decision MayPerson(PersonAuthority? person, Permission permission, WorkspaceId? workspace)
    {
        if (person is null or { IsSuspended: true })
        {
            return Decision.Suspended;
        }

        if (permission.IsSystem)
        {
            return person.IsSuperAdmin ? Decision.Allowed : Decision.Forbidden;
        }

        if (workspace is not { } asked)
        {
            throw new ArgumentNullException(nameof(workspace), $"The permission {permission} belongs to a workspace.");
        }

        var decision = MayMember(person, permission, asked);
        return decision.Verdict == Verdict.NotFound && person.IsSuperAdmin && person.Support.TryGetValue(asked, out var windows)
            ? UnderSupport(windows, permission)
            : decision;
    }

    private static Decision MayMember(PersonAuthority? person, Permission permission, WorkspaceId workspace)
    {
        if (person is null or { IsSuspended: true })
        {
            return Decision.Suspended;
        }

        if (!person.Memberships.TryGetValue(workspace, out var member))
        {
            return Decision.NotFound;
        }

        return member.IsSuspended ? Decision.Suspended
            : member.Permissions.Contains(permission) ? Decision.Allowed
            : Decision.Forbidden;
    }

    private Decision UnderSupport(IReadOnlyList<SupportWindow> windows, Permission permission)
    {
        var now = clock.GetUtcNow();
        return windows.FirstOrDefault(window => now < window.ExpiresAt) is not { } open ? Decision.NotFound
            : Permissions.UnderSupport.Contains(permission) ? new Decision(Verdict.Allowed, open.Grant)
            : Decision.Forbidden;
    }

    private PersonAuthority? AuthorityOf(string person)
    {
        // Read before the tables are: what changes in between is then noticed at the next look.
        var revision = changes.Current;
        if (!remembered.TryGetValue(person, out var known) || known.Revision != revision)
        {
            if (remembered.Count >= MaxRemembered)
            {
                remembered.Clear();
            }

            known = new Remembered(revision, store.Find(person));
            remembered[person] = known;
        }

        return known.Authority;
    }

    private sealed record Remembered(long Revision, PersonAuthority? Authority);
}

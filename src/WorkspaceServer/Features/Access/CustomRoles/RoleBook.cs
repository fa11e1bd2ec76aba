using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.CustomRoles;

/// <summary>Makes and removes the custom roles of a workspace. A role never changes, so what a member may do changes only with their roles.</summary>
internal sealed class RoleBook(CustomRoleStore roles, AuditLog audit, ChangeCounter changes, TimeProvider clock)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 60;

    /// <summary>Most custom roles of one workspace.</summary>
    public const int MaxRoles = 50;

    public IReadOnlyList<CustomRole> List(WorkspaceId workspace) => roles.List(workspace);

    /// <summary>By id or name.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public CustomRole Find(WorkspaceId workspace, string idOrName) =>
        roles.List(workspace).FirstOrDefault(role => role.Id == idOrName || role.Name.Equals(idOrName, StringComparison.OrdinalIgnoreCase))
        ?? throw CustomRoleStore.NoSuchRole();

    /// <param name="grants">Names of permissions. The actor must hold them all.</param>
    /// <param name="denials">Names of permissions that its holders never have, whatever else grants them.</param>
    /// <exception cref="ProblemException">An argument is out of bounds, the name is taken, or the actor lacks what they give.</exception>
    public CustomRole Create(Principal actor, WorkspaceId workspace, string name, IReadOnlyList<string> grants, IReadOnlyList<string> denials)
    {
        name = name.Trim();
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl) || Roles.TryParse(name.ToLowerInvariant(), out _))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"A role's name has 1 to {MaxNameLength} characters, no line breaks, and is not the name of a built-in role.");
        }

        var now = clock.GetUtcNow();
        var role = new CustomRole(Guid.CreateVersion7(now).ToString("n"), name, SetOf(grants), SetOf(denials), now);
        if (role.Grants.With(role.Denials) == PermissionSet.Empty)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "A role grants or denies at least one permission.");
        }

        using var connection = roles.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, role.Grants.With(PermissionSet.Of(Permissions.RolesManage)));
        if (!CustomRoleStore.Add(connection, workspace, role, MaxRoles))
        {
            throw new ProblemException(ProblemCodes.AlreadyExists, $"The workspace has a role of this name, or {MaxRoles} roles already.");
        }

        audit.Append(connection, new AuditEntry(AuditActions.RoleCreated)
        {
            Target = ("role", role.Id),
            Workspace = workspace,
            Details = [("name", name), ("grants", role.Grants.ToString()), ("denials", role.Denials.ToString())],
        });
        connection.Commit();
        return role;
    }

    /// <exception cref="ProblemException">There is no such role, or members hold it.</exception>
    public void Delete(Principal actor, WorkspaceId workspace, string id)
    {
        using var connection = roles.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, PermissionSet.Of(Permissions.RolesManage));
        var role = CustomRoleStore.Find(connection, workspace, id) ?? throw CustomRoleStore.NoSuchRole();
        if (!CustomRoleStore.Remove(connection, workspace, id))
        {
            throw new ProblemException(ProblemCodes.InUse, "Members hold this role. Give them other roles first.");
        }

        audit.Append(connection, new AuditEntry(AuditActions.RoleDeleted) { Target = ("role", id), Workspace = workspace, Details = [("name", role.Name)] });
        connection.Commit();
        changes.Changed();
    }

    private static PermissionSet SetOf(IReadOnlyList<string> names) => PermissionSet.Of(names.Select(name =>
        Permissions.TryFind(name, out var permission) && !permission.IsSystem
            ? permission
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"A custom role cannot hold '{(name.Length <= MaxNameLength ? name : "…")}'. See the permissions: workspace-server role list")));
}

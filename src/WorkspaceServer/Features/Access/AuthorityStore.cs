using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access;

/// <summary>All that decides what one person may do, read at one time.</summary>
internal sealed record PersonAuthority(
    bool IsSuperAdmin,
    bool IsSuspended,
    IReadOnlyDictionary<WorkspaceId, MemberAuthority> Memberships,
    IReadOnlyDictionary<WorkspaceId, IReadOnlyList<SupportWindow>> Support);

internal sealed record MemberAuthority(Role Role, PermissionSet Permissions, bool IsSuspended);

internal sealed record SupportWindow(string Grant, DateTimeOffset ExpiresAt);

/// <summary>Reads what the policy decides by. Schema: Control/Migrations/0002 and 0006.</summary>
internal sealed class AuthorityStore(ControlDatabase control)
{
    /// <summary>Null if there is no such person.</summary>
    public PersonAuthority? Find(string person)
    {
        using var connection = control.Open();
        return Find(connection, person);
    }

    /// <summary>The same inside a transaction, where nobody can change it meanwhile.</summary>
    public static PersonAuthority? Find(ControlConnection connection, string person)
    {
        using var command = connection.Command("SELECT system_role, suspended_at FROM person WHERE id = @person", ("@person", person));
        using var rows = command.ExecuteReader();
        return rows.Read()
            ? new PersonAuthority(rows.GetString(0) == "super_admin", !rows.IsDBNull(1), Memberships(connection, person), Support(connection, person))
            : null;
    }

    private static Dictionary<WorkspaceId, MemberAuthority> Memberships(ControlConnection connection, string person)
    {
        using var command = connection.Command(
            """
            SELECT membership.workspace_id, membership.role, membership.suspended_at, custom_role.grants, custom_role.denials
            FROM membership
            JOIN workspace ON workspace.id = membership.workspace_id AND workspace.deleted_at IS NULL
            LEFT JOIN membership_role ON membership_role.workspace_id = membership.workspace_id AND membership_role.person_id = membership.person_id
            LEFT JOIN custom_role ON custom_role.id = membership_role.role_id
            WHERE membership.person_id = @person
            """,
            ("@person", person));
        using var rows = command.ExecuteReader();
        var found = new Dictionary<WorkspaceId, (Role Role, bool IsSuspended, PermissionSet Granted, PermissionSet Denied)>();
        while (rows.Read())
        {
            var workspace = WorkspaceId.Parse(rows.GetString(0));
            var role = Roles.Parse(rows.GetString(1));
            var (granted, denied) = found.TryGetValue(workspace, out var before) ? (before.Granted, before.Denied) : (Roles.PermissionsOf(role), PermissionSet.Empty);
            if (!rows.IsDBNull(3))
            {
                granted = granted.With(Permissions.Parse(rows.GetString(3)));
                denied = denied.With(Permissions.Parse(rows.GetString(4)));
            }

            found[workspace] = (role, !rows.IsDBNull(2), granted, denied);
        }

        return found.ToDictionary(each => each.Key, each => new MemberAuthority(each.Value.Role, each.Value.Granted.Without(each.Value.Denied), each.Value.IsSuspended));
    }

    private static Dictionary<WorkspaceId, IReadOnlyList<SupportWindow>> Support(ControlConnection connection, string person)
    {
        using var command = connection.Command(
            """
            SELECT support_grant.workspace_id, support_grant.id, support_grant.expires_at
            FROM support_grant JOIN workspace ON workspace.id = support_grant.workspace_id AND workspace.deleted_at IS NULL
            WHERE support_grant.person_id = @person AND support_grant.ended_at IS NULL
            ORDER BY support_grant.expires_at DESC LIMIT 100
            """,
            ("@person", person));
        using var rows = command.ExecuteReader();
        var found = new List<(WorkspaceId Workspace, SupportWindow Window)>();
        while (rows.Read())
        {
            found.Add((WorkspaceId.Parse(rows.GetString(0)), new SupportWindow(rows.GetString(1), DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(2)))));
        }

        return found.GroupBy(each => each.Workspace, each => each.Window).ToDictionary(each => each.Key, each => (IReadOnlyList<SupportWindow>)[.. each]);
    }
}

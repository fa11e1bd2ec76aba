using static WorkspaceServer.Features.Access.Permissions;

namespace WorkspaceServer.Features.Access;

/// <summary>The role that every member has. Custom roles add to it and take away from it.</summary>
internal enum Role
{
    Viewer,
    Member,
    Admin,
    Owner,
}

/// <summary>A role that a workspace made for itself.</summary>
internal sealed record CustomRole(string Id, string Name, PermissionSet Grants, PermissionSet Denials, DateTimeOffset CreatedAt);

/// <summary>What the roles allow.</summary>
internal static class Roles
{
    private static readonly PermissionSet Viewer = PermissionSet.Of(WorkspaceRead, WorkspaceLeave, TablesRead, QueryRun, RowsSearch, RowsRead);

    private static readonly PermissionSet Member = Viewer.With(
        PermissionSet.Of(TablesImport, TablesExport, TokensRead, TokensCreate, AgentsRead, MembersRead, BackupsRead, ClientsRead, ProposalsMake, ProposalsDecide));

    private static readonly PermissionSet Admin = OfWorkspaces.Without(PermissionSet.Of(WorkspaceClose, BackupsRestore));

    /// <summary>Every role, the least first.</summary>
    public static IReadOnlyList<Role> All { get; } = [Role.Viewer, Role.Member, Role.Admin, Role.Owner];

    public static PermissionSet PermissionsOf(Role role) => role switch
    {
        Role.Owner => OfWorkspaces,
        Role.Admin => Admin,
        Role.Member => Member,
        _ => Viewer,
    };

    /// <summary>What a member may do: what any role grants, without what any role denies.</summary>
    public static PermissionSet Effective(Role role, IEnumerable<CustomRole> custom)
    {
        var granted = PermissionsOf(role);
        var denied = PermissionSet.Empty;
        foreach (var each in custom)
        {
            granted = granted.With(each.Grants);
            denied = denied.With(each.Denials);
        }

        return granted.Without(denied);
    }

    /// <summary>As it is stored, shown and typed.</summary>
    public static string NameOf(Role role) => role.ToString().ToLowerInvariant();

    public static bool TryParse(string? name, out Role role)
    {
        role = All.FirstOrDefault(each => NameOf(each) == name);
        return NameOf(role) == name;
    }

    /// <exception cref="FormatException">There is no such role.</exception>
    public static Role Parse(string name) => TryParse(name, out var role) ? role : throw new FormatException($"There is no role '{name}'.");
}

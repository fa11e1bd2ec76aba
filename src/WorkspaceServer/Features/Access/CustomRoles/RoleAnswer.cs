namespace WorkspaceServer.Features.Access.CustomRoles;

/// <summary>A role as the JSON interface shows it.</summary>
/// <param name="Id">Null for a built-in role, which every workspace has.</param>
internal sealed record RoleAnswer(string? Id, string Name, IReadOnlyList<string> Grants, IReadOnlyList<string> Denials)
{
    public static RoleAnswer Of(CustomRole role) => new(role.Id, role.Name, NamesOf(role.Grants), NamesOf(role.Denials));

    public static RoleAnswer Of(Role role) => new(Id: null, Roles.NameOf(role), NamesOf(Roles.PermissionsOf(role)), []);

    private static string[] NamesOf(PermissionSet permissions) => [.. permissions.Select(permission => permission.Name)];
}

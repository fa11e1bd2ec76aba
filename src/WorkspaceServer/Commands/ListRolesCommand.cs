using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>role list: the built-in roles, those of a workspace, and every permission.</summary>
internal static class ListRolesCommand
{
    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("list", "List the roles of a workspace and what each permission opens.", "role list --workspace \"Sharma Traders\"", Recording.Nothing("shows who may do what, and no rows"));
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersRead).Id;
            var custom = context.Get<RoleBook>().List(id);
            context.Output.Result(
                new { Roles = Roles.All.Select(RoleAnswer.Of).Concat(custom.Select(RoleAnswer.Of)), Permissions = Permissions.OfWorkspaces.Select(each => new { each.Name, Meaning = each.Meaning.English }) },
                output => Print(output, custom));
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    private static void Print(Output output, IReadOnlyList<CustomRole> custom)
    {
        output.Table(
            ["permission", .. Roles.All.Select(Roles.NameOf), .. custom.Select(role => role.Name), "opens"],
            Permissions.OfWorkspaces.Select(permission => new[] { permission.Name }
                .Concat(Roles.All.Select(role => Roles.PermissionsOf(role).Contains(permission) ? "yes" : ""))
                .Concat(custom.Select(role => role.Denials.Contains(permission) ? "denied" : role.Grants.Contains(permission) ? "yes" : ""))
                .Append(permission.Meaning.English).ToArray()));
    }
}

using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>role show: what one role grants and denies.</summary>
internal static class ShowRoleCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("ROLE") { Description = "A built-in role, or the name of a custom one." };
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("show", "Show what one role grants and denies.", "role show Auditor --workspace \"Sharma Traders\"", Recording.Nothing("shows who may do what, and no rows"));
        command.Add(name);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersRead).Id;
            var wanted = context.Arguments.GetValue(name)!;
            var role = Roles.TryParse(wanted, out var builtIn) ? RoleAnswer.Of(builtIn) : RoleAnswer.Of(context.Get<RoleBook>().Find(id, wanted));
            context.Output.Result(role, output => output.Fields(
                ("role", role.Name), ("grants", string.Join(' ', role.Grants)), ("denies", string.Join(' ', role.Denials))));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>role delete: removes a custom role that nobody holds.</summary>
internal static class DeleteRoleCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("ROLE") { Description = "The name of a custom role." };
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("delete", "Remove a custom role that nobody holds.", "role delete Auditor --workspace \"Sharma Traders\"", Recording.As(AuditActions.RoleDeleted));
        command.Add(name);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.RolesManage).Id;
            var roles = context.Get<RoleBook>();
            var role = roles.Find(id, context.Arguments.GetValue(name)!);
            roles.Delete(Principal.Operator, id, role.Id);
            context.Output.Result(new { role.Id, Deleted = true }, output => output.Line($"Role {role.Name} is removed."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

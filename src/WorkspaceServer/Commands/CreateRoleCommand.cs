using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>role create: makes a custom role.</summary>
internal static class CreateRoleCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("NAME") { Description = "What people call it." };
        var workspace = GlobalOptions.Workspace();
        var grants = new Option<string[]>("--grant") { Description = "A permission that it gives. May be repeated.", HelpName = "PERMISSION", DefaultValueFactory = _ => [] };
        var denials = new Option<string[]>("--deny") { Description = "A permission that its holders never have, whatever else gives it. May be repeated.", HelpName = "PERMISSION", DefaultValueFactory = _ => [] };
        var command = Verb.Create("create", "Make a custom role. It adds to a member's role and takes away from it; what is denied stays denied.", "role create Auditor --workspace \"Sharma Traders\" --grant audit.read --deny tables.export", Recording.As(AuditActions.RoleCreated));
        command.Add(name);
        command.Add(workspace);
        command.Add(grants);
        command.Add(denials);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.RolesManage).Id;
            var role = context.Get<RoleBook>().Create(
                Principal.Operator, id, context.Arguments.GetValue(name)!, context.Arguments.GetValue(grants)!, context.Arguments.GetValue(denials)!);
            context.Output.Result(RoleAnswer.Of(role), output => output.Line($"Role {role.Name} is made. Give it with: workspace-server member role EMAIL --role ROLE --custom \"{role.Name}\""));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

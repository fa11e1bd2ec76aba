using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>member role: replaces the role and the custom roles of a member.</summary>
internal static class ChangeMemberRoleCommand
{
    public static Command Build()
    {
        var email = AccessArguments.Email();
        var workspace = GlobalOptions.Workspace();
        var role = AccessArguments.Role();
        role.Required = true;
        role.DefaultValueFactory = null;
        var custom = new Option<string[]>("--custom") { Description = "A custom role to hold as well, by name. May be repeated; none if not given.", HelpName = "ROLE", DefaultValueFactory = _ => [] };
        var command = Verb.Create("role", "Replace the role and the custom roles of a member.", "member role asha@example.com --workspace \"Sharma Traders\" --role member --custom Auditor", Recording.As(AuditActions.MemberRoleChanged));
        command.Add(email);
        command.Add(workspace);
        command.Add(role);
        command.Add(custom);
        return command.Runs((context, _) =>
        {
            var place = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersChangeRole);
            var (memberships, roles) = (context.Get<Memberships>(), context.Get<RoleBook>());
            var member = memberships.ChangeRole(
                Principal.Operator,
                place.Id,
                memberships.PersonOf(context.Arguments.GetValue(email)!),
                AccessArguments.ParseRole(context.Arguments.GetValue(role)!),
                [.. context.Arguments.GetValue(custom)!.Select(name => roles.Find(place.Id, name).Id)]);
            context.Output.Result(member, output => output.Line($"{member.Email} is now {Roles.NameOf(member.Role)} of {place.Name}."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

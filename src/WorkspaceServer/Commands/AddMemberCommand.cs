using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>member add: makes a person of this server a member, without an invitation.</summary>
internal static class AddMemberCommand
{
    public static Command Build()
    {
        var email = AccessArguments.Email();
        var workspace = GlobalOptions.Workspace();
        var role = AccessArguments.Role();
        var command = Verb.Create("add", "Make a person of this server a member, without an invitation.", "member add asha@example.com --workspace \"Sharma Traders\" --role owner", Recording.As(AuditActions.MemberAdded));
        command.Add(email);
        command.Add(workspace);
        command.Add(role);
        return command.Runs((context, _) =>
        {
            var place = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersInvite);
            var member = context.Get<Memberships>().Add(
                Principal.Operator, place.Id, context.Arguments.GetValue(email)!, AccessArguments.ParseRole(context.Arguments.GetValue(role)!));
            context.Output.Result(member, output => output.Line($"{member.Email} is now {Roles.NameOf(member.Role)} of {place.Name}."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

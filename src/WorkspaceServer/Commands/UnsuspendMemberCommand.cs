using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>member unsuspend: lets a suspended member in again.</summary>
internal static class UnsuspendMemberCommand
{
    public static Command Build()
    {
        var email = AccessArguments.Email();
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("unsuspend", "Let a suspended member in again.", "member unsuspend asha@example.com --workspace \"Sharma Traders\"", Recording.As(AuditActions.MemberReinstated));
        command.Add(email);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var place = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersSuspend);
            var address = context.Arguments.GetValue(email)!;
            var memberships = context.Get<Memberships>();
            var person = memberships.PersonOf(address);
            memberships.Unsuspend(Principal.Operator, place.Id, person);
            context.Output.Result(new { Workspace = place.Id.ToString(), Person = person }, output => output.Line($"{address} is active again in {place.Name}."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

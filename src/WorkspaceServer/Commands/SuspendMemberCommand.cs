using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>member suspend: stops a member and all that acts for them.</summary>
internal static class SuspendMemberCommand
{
    public static Command Build()
    {
        var email = AccessArguments.Email();
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("suspend", "Suspend a member. Sessions, tokens and agents of theirs stop within a second.", "member suspend asha@example.com --workspace \"Sharma Traders\"", Recording.As(AuditActions.MemberSuspended));
        command.Add(email);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var place = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersSuspend);
            var address = context.Arguments.GetValue(email)!;
            var memberships = context.Get<Memberships>();
            var person = memberships.PersonOf(address);
            memberships.Suspend(Principal.Operator, place.Id, person);
            context.Output.Result(new { Workspace = place.Id.ToString(), Person = person }, output => output.Line($"{address} is suspended in {place.Name}."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

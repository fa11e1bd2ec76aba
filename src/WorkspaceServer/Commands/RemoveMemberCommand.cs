using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>member remove: ends a membership for good.</summary>
internal static class RemoveMemberCommand
{
    public static Command Build()
    {
        var email = AccessArguments.Email();
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("remove", "End a membership and revoke the tokens that the member made.", "member remove asha@example.com --workspace \"Sharma Traders\"", Recording.As(AuditActions.MemberRemoved));
        command.Add(email);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var place = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersRemove);
            var address = context.Arguments.GetValue(email)!;
            var memberships = context.Get<Memberships>();
            var person = memberships.PersonOf(address);
            memberships.Remove(Principal.Operator, place.Id, person);
            context.Output.Result(new { Workspace = place.Id.ToString(), Person = person }, output => output.Line($"{address} is no longer a member of {place.Name}."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

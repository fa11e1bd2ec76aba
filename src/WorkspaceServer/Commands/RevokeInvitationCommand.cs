using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>invite revoke: withdraws an open invitation.</summary>
internal static class RevokeInvitationCommand
{
    public static Command Build()
    {
        var invitation = new Argument<string>("ID") { Description = "The invitation's id, as invite list shows it." };
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("revoke", "Withdraw an open invitation.", "invite revoke 0193b3a2c4d57e8f9a0b1c2d3e4f5061 --workspace \"Sharma Traders\"", Recording.As(AuditActions.InvitationRevoked));
        command.Add(invitation);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersInvite).Id;
            var wanted = context.Arguments.GetValue(invitation)!;
            context.Get<InvitationDesk>().Revoke(Principal.Operator, id, wanted);
            context.Output.Result(new { Id = wanted, Revoked = true }, output => output.Line($"Invitation {wanted} is withdrawn."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

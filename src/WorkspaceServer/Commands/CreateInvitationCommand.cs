using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>invite create: invites an address to a workspace and shows the secret, once.</summary>
internal static class CreateInvitationCommand
{
    public static Command Build()
    {
        var email = AccessArguments.Email();
        var workspace = GlobalOptions.Workspace();
        var role = AccessArguments.Role();
        var file = new Option<string?>("--out") { Description = "Write the invitation to this new file (mode 0600) instead of showing it.", HelpName = "FILE" };
        var command = Verb.Create("create", "Invite an address. The invitation is good once, for 7 days, for this address and role.", "invite create asha@example.com --workspace \"Sharma Traders\" --role owner", Recording.As(AuditActions.MemberInvited));
        command.Add(email);
        command.Add(workspace);
        command.Add(role);
        command.Add(file);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersInvite).Id;
            var issued = context.Get<InvitationDesk>().Create(
                Principal.Operator, id, context.Arguments.GetValue(email)!, AccessArguments.ParseRole(context.Arguments.GetValue(role)!));
            Show(context.Output, issued, context.Arguments.GetValue(file));
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    private static void Show(Output output, IssuedInvitation issued, string? file)
    {
        if (file is not null)
        {
            SecretFile.Write(file, issued.Secret);
        }

        var invitation = issued.Invitation;
        output.Result(InvitationAnswer.Of(invitation, invitation.CreatedAt, file is null ? issued.Secret : null), human =>
        {
            human.Line($"Invitation for {invitation.Email} as {Roles.NameOf(invitation.Role)}, good until {invitation.ExpiresAt:u}, id {invitation.Id}:");
            human.Line();
            human.Line(file is null ? issued.Secret : $"(written to {file})");
            human.Line();
            human.Line("It is not stored and cannot be shown again. Send it to this address only.");
        });
    }
}

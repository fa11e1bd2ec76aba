using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>invite list: invitations of a workspace, newest first, without their secrets.</summary>
internal static class ListInvitationsCommand
{
    private const int MaxShown = 1_000;

    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("list", "List the invitations of a workspace, newest first.", "invite list --workspace \"Sharma Traders\"", Recording.Nothing("shows who may do what, and no rows"));
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersInvite).Id;
            var now = context.Get<TimeProvider>().GetUtcNow();
            var invitations = context.Get<InvitationDesk>().List(id, before: null, MaxShown);
            context.Output.Result(
                invitations.Select(each => InvitationAnswer.Of(each, now)),
                output => output.Table(
                    ["id", "email", "role", "expires (UTC)", "state"],
                    invitations.Select(each => new[]
                    {
                        each.Id, each.Email, Roles.NameOf(each.Role), each.ExpiresAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), each.StateAt(now),
                    })));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}

using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Team;

/// <summary>Sends an invitation to the address that is invited, and to nobody else: whoever has the link has shown that the address is theirs.</summary>
internal sealed class InvitationMails(MailQueue queue, PeopleStore people, OneTimeLinks links, PublicAddress address, AuthOptions auth)
{
    public void Send(Invitation invitation, string secret, string workspace, string invitedBy) => queue.Enqueue(() => Task.FromResult<MailText?>(new MailText(
        invitation.Email,
        $"{invitedBy} invites you to {workspace}",
        $"{invitedBy} invites you to the workspace {workspace} at {address.Host}. The link works once, for seven days, and only for this address.",
        LinkOf(invitation.Email, secret),
        $"Join {workspace}",
        "If you do not know them, do nothing.")));

    // Somebody who is not here yet makes an account first: with the second link in one, which proves the address as the mail of a registration would.
    private string LinkOf(string email, string secret)
    {
        var join = $"{TeamPaths.Invitation}?token={secret}";
        return auth.Mode == AuthMode.Local && people.FindByEmail(email) is null
            ? AccountMails.LinkTo(address, AccountPaths.Verify, links.Create(LinkKind.Verify, new LinkOwner(null, email), InvitationDesk.Lifetime))
                + ReturnTo.Query(join).Replace('?', '&')
            : address.Origin + join;
    }
}

using System.Globalization;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Quotas;

/// <summary>Tells a workspace's owners when a token has read all that it may in a day: a sign of much work, or of one that runs away.</summary>
internal sealed class BudgetMails(MailQueue mails, MembershipStore members, PublicAddress address)
{
    /// <param name="unit">"rows" or "bytes".</param>
    public void Send(Caller caller, long budget, string unit)
    {
        foreach (var owner in members.ActiveOwners(caller.Workspace))
        {
            mails.Enqueue(() => Task.FromResult<MailText?>(new MailText(
                owner.Email,
                $"An AI client has read its {unit} of today",
                string.Create(CultureInfo.InvariantCulture, $"{caller.TokenName} has read the {budget:N0} {unit} that it may read in a day in a workspace of yours at {address.Host}. It goes on at midnight UTC; until then it is refused."),
                $"{address.Origin}/w/{caller.Workspace}/activity",
                "See what it read",
                "If you do not expect that, end its access there: under AI clients or Tokens.")));
        }
    }
}

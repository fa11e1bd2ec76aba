using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <summary>The mails of sign-in. Whether somebody has an account is looked up when the mail is written, never while the caller waits.</summary>
internal sealed class AccountMails(MailQueue queue, PeopleStore people, OneTimeLinks links, PublicAddress address, AuditLog audit)
{
    private const string NotYou = "If you did not ask for this, do nothing: the link is of no use to anybody who cannot read this mail.";

    /// <summary>A link that signs in, if somebody has this address.</summary>
    /// <param name="browser">The secret of the browser that asked; the link works in no other.</param>
    public void SendSignInLink(string email, string browser, string returnTo) => SendToKnown(email, AuditActions.SignInLinkSent, person => new MailText(
        person.Email,
        "Sign in to Workspace Server",
        $"You asked to sign in at {address.Host}. Open the link in the browser in which you asked, within 10 minutes. It works once.",
        LinkTo(AccountPaths.SignInLink, links.Create(LinkKind.SignIn, OwnerOf(person), OneTimeLinks.SignInLifetime, browser), returnTo),
        "Sign in",
        NotYou));

    /// <summary>A link that chooses a new password, if somebody has this address.</summary>
    public void SendPasswordLink(string email) => SendToKnown(email, AuditActions.PasswordResetRequested, person => new MailText(
        person.Email,
        "Choose a new password for Workspace Server",
        $"You asked for a new password at {address.Host}. The link works once, within 30 minutes. Choosing a password signs you out everywhere.",
        LinkTo(AccountPaths.ChoosePassword, links.Create(LinkKind.Password, OwnerOf(person), OneTimeLinks.SetupLifetime)),
        "Choose a password",
        NotYou));

    /// <summary>A link that makes an account; or, for somebody who has one, a word about that.</summary>
    public void SendVerifyLink(string email) => queue.Enqueue(() => Task.FromResult<MailText?>(people.FindByEmail(email) is { } person
        ? new MailText(
            person.Email,
            "You already have an account at Workspace Server",
            $"Somebody, perhaps you, asked for an account at {address.Host} with this address. It has one: sign in, or ask for a new password there.",
            address.Origin + AccountPaths.SignIn,
            "Sign in",
            "If it was not you, do nothing.")
        : new MailText(
            email,
            "Your account at Workspace Server",
            $"You asked for an account at {address.Host}. The link works once, within 30 minutes.",
            LinkTo(AccountPaths.Verify, links.Create(LinkKind.Verify, new LinkOwner(null, email), OneTimeLinks.SetupLifetime)),
            "Make my account",
            NotYou)));

    /// <summary>Tells somebody that how they sign in was changed, so that a change that was not theirs is noticed (ASVS 5.0, 6.3.7).</summary>
    /// <param name="what">Such as "Your password was changed".</param>
    public void SendNotice(string email, string what) => queue.Enqueue(() => Task.FromResult<MailText?>(new MailText(
        email,
        $"{what} at Workspace Server",
        $"{what} at {address.Host}.",
        null,
        null,
        $"If it was not you, choose a new password at {address.Origin + AccountPaths.ForgotPassword} and tell the server's operator.")));

    /// <summary>An address of a page with a token. Always under the configured address of the server.</summary>
    public static string LinkTo(PublicAddress address, string path, string token) => $"{address.Origin}{path}?token={token}";

    private string LinkTo(string path, string token, string? returnTo = null) =>
        LinkTo(address, path, token) + ReturnTo.Query(returnTo).Replace('?', '&');

    private void SendToKnown(string email, AuditAction action, Func<Person, MailText> compose) => queue.Enqueue(async () =>
    {
        if (people.FindByEmail(email) is not { SuspendedAt: null } person)
        {
            return null;
        }

        await audit.RecordAsync(AccountEntry.About(action, person));
        return compose(person);
    });

    private static LinkOwner OwnerOf(Person person) => new(person.Id, person.Email);
}

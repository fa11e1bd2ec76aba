using System.Text.RegularExpressions;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>What happens to an account leaves rows in the audit log: who, to whom, from where, and never a secret or what was typed.</summary>
public sealed partial class AccountTrailTests : IAsyncLifetime
{
    private const string New = "green parrots over the roof";
    private AccountsServer accounts = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => accounts = await AccountsServer.StartAsync();

    public ValueTask DisposeAsync() => accounts.DisposeAsync();

    [Fact]
    [Trait("claim", "C7")]
    [Trait("action", nameof(AuditActions.SignInSucceeded))]
    [Trait("action", nameof(AuditActions.SignInFailed))]
    [Trait("action", nameof(AuditActions.SignInLocked))]
    [Trait("action", nameof(AuditActions.SignInLinkSent))]
    [Trait("action", nameof(AuditActions.SteppedUp))]
    [Trait("action", nameof(AuditActions.SessionRevoked))]
    [Trait("action", nameof(AuditActions.SessionsRevokedAll))]
    [Trait("action", nameof(AuditActions.SignedOut))]
    public async Task ComingAndGoingIsRecorded()
    {
        var person = await accounts.AddAsync();
        var guesser = accounts.Browser("203.0.113.9");
        await guesser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", "a wild guess")]);
        await guesser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", "a wild guess")]);
        await accounts.Browser().PostAsync("/sign-in", [("email", "typed-by-mistake@example.in"), ("password", "a wild guess")]);
        await guesser.PostAsync("/sign-in/link", [("email", "asha@example.in")], page: "/sign-in");
        await accounts.Mails.NextAsync(Cancel);
        var (browser, other, third) = (await accounts.SignInAsync(), await accounts.SignInAsync(), await accounts.SignInAsync());
        await browser.PostAsync("/step-up", [("proof", AccountsServer.Password)]);
        await browser.PostAsync("/account/sessions/end", [("id", SessionOf(other))], page: "/account/sessions");
        await browser.PostAsync("/account/sessions/end-others", [], page: "/account/sessions");
        await browser.PostAsync("/sign-out", [], page: "/account/sessions");

        Assert.Equal(
            [
                "sign_in.failed unauthorized", "sign_in.locked too_many_requests", "sign_in.failed unauthorized", "sign_in_link.sent ok",
                "sign_in.succeeded ok", "sign_in.succeeded ok", "sign_in.succeeded ok", "session.stepped_up ok", "session.revoked ok", "session.revoked_all ok", "session.signed_out ok",
            ],
            Rows().Select(row => $"{row.Row.Action} {row.Row.Outcome}"));
        Assert.All(Rows()[4..], row => Assert.Equal(("person", person.Id, "Asha", "192.0.2.1"), (row.Row.ActorKind, row.Row.ActorId, row.ActorName, row.Row.Ip)));
        Assert.Equal(("anonymous", person.Id, "203.0.113.9"), (Rows()[0].Row.ActorKind, Rows()[0].Row.TargetId, Rows()[0].Row.Ip));
        Assert.Equal((null, "203.0.113.9"), (Rows()[2].Row.TargetId, Rows()[3].Row.Ip));
        Assert.DoesNotContain(Rows(), row => row.ToString().Contains("typed-by-mistake", StringComparison.Ordinal));
        Assert.NotNull(third);
    }

    [Fact]
    [Trait("claim", "A13")]
    [Trait("action", nameof(AuditActions.MfaEnrolled))]
    [Trait("action", nameof(AuditActions.MfaFailed))]
    [Trait("action", nameof(AuditActions.MfaRemoved))]
    [Trait("action", nameof(AuditActions.RecoveryCodeUsed))]
    [Trait("action", nameof(AuditActions.RecoveryCodesMade))]
    [Trait("action", nameof(AuditActions.PasswordChanged))]
    [Trait("action", nameof(AuditActions.PasswordResetRequested))]
    [Trait("action", nameof(AuditActions.PasswordReset))]
    public async Task ChangesOfHowSomebodySignsInAreRecorded()
    {
        await accounts.AddAsync();
        var browser = await accounts.SignInAsync();
        var key = AccountsServer.FromBase32(Secret().Match((await browser.GetAsync("/account/mfa")).Body).Value.Replace(" ", "", StringComparison.Ordinal));
        var codes = (await browser.PostAsync("/account/mfa", [("code", accounts.CodeNow(key))])).Body;
        var second = accounts.Browser();
        await second.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)]);
        await second.PostAsync("/sign-in/code", [("code", "12345x")]);
        accounts.Clock.Advance(TimeSpan.FromSeconds(2));
        await second.PostAsync("/sign-in/code", [("code", BackupCode().Match(codes).Value)]);
        await second.PostAsync("/account/mfa/backup-codes", [], page: "/account/mfa");
        await second.PostAsync("/account/password", [("current_password", AccountsServer.Password), ("new_password", New)]);
        await second.PostAsync("/account/mfa/remove", [], page: "/account/sessions");
        await accounts.Browser().PostAsync("/forgot-password", [("email", "asha@example.in")]);
        var link = await LinkAsync();
        await accounts.Browser().PostAsync("/choose-password", [("token", link.Query.Split('=')[1]), ("password", New + "!")], page: link.PathAndQuery);

        var actions = Rows().Select(row => row.Row.Action).ToList();
        Assert.Equal(
            ["sign_in.succeeded", "mfa.enrolled", "mfa.failed", "recovery_code.used", "sign_in.succeeded", "recovery_codes.made", "password.changed", "mfa.removed", "password.reset_requested", "password.reset"],
            actions);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.PersonRegistered))]
    public async Task TheFirstOperatorIsRecorded()
    {
        var link = new Uri(accounts.Server.Get<NewPeople>().NewSetupLink());

        await accounts.Browser().PostAsync(
            "/setup", [("token", link.Query.Split('=')[1]), ("email", "owner@example.in"), ("name", "Owner"), ("password", New)], page: link.PathAndQuery);

        Assert.Equal(["person.registered", "sign_in.succeeded"], Rows().Select(row => row.Row.Action));
        Assert.All(Rows(), row => Assert.Equal(("person", "Owner"), (row.Row.ActorKind, row.ActorName)));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.SessionRevoked))]
    public async Task AReplayedCookieIsRecorded()
    {
        await accounts.AddAsync();
        var browser = await accounts.SignInAsync();
        var thief = browser.Copy();
        accounts.Clock.Advance(SessionKeeper.RotateAfter);
        await browser.GetAsync("/account/sessions");
        accounts.Clock.Advance(SessionKeeper.Grace);

        await thief.GetAsync("/account/sessions");

        Assert.Equal(("session.revoked", "replayed"), (Rows()[^1].Row.Action, Rows()[^1].Row.Outcome));
    }

    /// <summary>Oldest first, without what the server does by itself.</summary>
    private StoredAuditRow[] Rows() =>
        [.. accounts.Server.Workspaces.AuditRows.Find(new AuditFilter(), 100).Where(row => row.Row.ActorKind != "server").Reverse()];

    private string SessionOf(TestBrowser browser) => accounts.Server.Get<SessionKeeper>().Check(browser.Cookies["session"], "192.0.2.1")!.Person.SessionId;

    /// <summary>The link in the first mail that has one; notices come before it.</summary>
    private async Task<Uri> LinkAsync()
    {
        while (true)
        {
            var mail = await accounts.Mails.NextAsync(Cancel);
            if (mail.TextBody!.Contains("/choose-password?token=", StringComparison.Ordinal))
            {
                return MailRecorder.LinkIn(mail);
            }
        }
    }

    [GeneratedRegex("[A-Z2-7]{4}( [A-Z2-7]{4}){7}")]
    private static partial Regex Secret();

    [GeneratedRegex("[0-9A-Z]{4}(-[0-9A-Z]{4}){3}")]
    private static partial Regex BackupCode();
}

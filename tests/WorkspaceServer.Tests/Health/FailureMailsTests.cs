using Microsoft.Extensions.Logging.Abstractions;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Health;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Health;

/// <summary>Who runs the server hears of a missed night by mail: once, again after a day, and when it is mended.</summary>
public sealed class FailureMailsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "B31")]
    public async Task AMissedNightIsToldOnceADayAndWhenItIsMended()
    {
        await using var accounts = await AccountsServer.StartAsync();
        await accounts.AddAsync("user@example.in");
        await accounts.AddAsync("runs@example.in", SystemRole.SuperAdmin);
        var server = accounts.Server;
        var runs = server.Get<BackupStore>();
        var options = new BackupOptions { Recipients = ["age1 of a test"] };
        var health = new BackupHealth(options, runs, accounts.Clock);
        var checkup = new Checkup([new CheckEntry("backup", CheckReach.Quick, IsOfHost: false, _ => new BackupCheck(options, health))], server.Services);
        using var mails = new FailureMails(checkup, server.Get<PeopleStore>(), server.Get<MailQueue>(), server.Get<PublicAddress>(), accounts.Clock, NullLogger<FailureMails>.Instance);

        await mails.LookAsync(Cancel);
        var first = await accounts.Mails.NextAsync(Cancel);
        Assert.Equal("runs@example.in", first.To.ToString());
        Assert.Contains("No backup was made yet", first.TextBody, StringComparison.Ordinal);
        Assert.Contains("workspace-server backup run", first.TextBody, StringComparison.Ordinal);

        // The same again is told after a day and not before; the next mail is that one.
        accounts.Clock.Advance(TimeSpan.FromHours(2));
        await mails.LookAsync(Cancel);
        runs.Begin("x", accounts.Clock.GetUtcNow());
        runs.Fail("x", "store_failed", "The store refused an upload.", accounts.Clock.GetUtcNow(), _ => { });
        accounts.Clock.Advance(TimeSpan.FromHours(23));
        await mails.LookAsync(Cancel);
        Assert.Contains("The store refused an upload.", (await accounts.Mails.NextAsync(Cancel)).TextBody, StringComparison.Ordinal);

        var begun = accounts.Clock.GetUtcNow();
        runs.Begin("y", begun);
        runs.Finish(new("y", null, 0, null, begun.ToUnixTimeMilliseconds(), begun.ToUnixTimeMilliseconds(), []), (1, 0, 1), null, [], _ => { });
        await mails.LookAsync(Cancel);
        Assert.EndsWith("backup is mended", (await accounts.Mails.NextAsync(Cancel)).Subject, StringComparison.Ordinal);
    }
}

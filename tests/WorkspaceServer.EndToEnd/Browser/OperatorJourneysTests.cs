using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using WorkspaceServer.Features.Backups;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Every button that whoever runs the server has, pressed, with what comes of it seen from the other side.</summary>
[Collection(JourneyCollection.Name)]
public sealed class OperatorJourneysTests(BrowserFixture browser, JourneyHouse house)
{
    private const int Desk = WatchedPage.Desk;
    private const int Phone = WatchedPage.Phone;

    [Fact]
    public async Task ALookIsAskedFor_Taken_SeenByTheOwner_Ended_AndSignedOff()
    {
        const string Reason = "The sync stands still since Monday, as Asha wrote.";
        var devika = await VisitAsync("operator", Desk, "~/operator/support");
        await devika.ChooseAsync("#workspace", house.House.Workspace);
        await devika.FillAsync("#reason", "why");
        await devika.FillAsync("#minutes", "30");
        await devika.PressAsync("Open it to read");
        await devika.SeesAsync("Say why, in 10 to 500 characters.");
        await devika.AssertSoundAsync("a look without a reason");
        await devika.FillAsync("#reason", Reason);
        await devika.PressAsync("Open it to read");
        await devika.FollowAsync("Books");
        await devika.OpenAsync("/tables/bills");
        await devika.SeesHeadingAsync("bills");
        Assert.Equal(0, await devika.CountAsync("a[href*='/export']"));
        Assert.Equal(403, (await devika.OpenAsync("/tables/bills/export"))!.Status);

        var owner = await VisitAsync("owner", Phone, "/support");
        await owner.SeesAsync(Reason);
        await owner.ClickTextAsync("What was read");
        await owner.SeesAsync("bills");
        await owner.AssertSoundAsync("a look that is open");
        await owner.PressAsync("End it now");
        await owner.SeesAsync("To sign off");
        Assert.Equal(404, (await devika.OpenAsync("/tables/bills"))!.Status);
        await owner.FillAsync("[name=note]", "Looked at the reads with Devika.");
        await owner.PressAsync("Sign off");
        await owner.SeesAsync("Signed off by Asha: Looked at the reads with Devika.");
        await devika.OpenAsync("~/operator/support");
        await devika.SeesAsync("Signed off");
        await devika.AssertSoundAsync("a look that is over");
    }

    [Fact]
    public async Task APersonIsSuspended_LetInAgain_AndTheirAccountClosedAsTheyAsked()
    {
        var (who, _) = await house.ArriveAsync("leaver");
        var leaver = await VisitAsync(who, Phone, "~/account/closure");
        var devika = await VisitAsync("operator", Desk, "~/operator/people");
        var row = devika.Page.Locator($"tr:has-text('{who}@example.in')");
        await row.GetByText("Suspend").ClickAsync();
        await row.GetByText("Suspended").WaitForAsync();
        await devika.AssertSoundAsync("somebody suspended");
        await leaver.OpenAsync("~/account/closure");
        await leaver.SeesHeadingAsync("Sign in");
        await row.GetByText("Let in again").ClickAsync();
        await row.GetByText("Active").WaitForAsync();

        await house.ComeBackAsync(leaver, who);
        await leaver.OpenAsync("~/account/closure");
        await leaver.PressAsync("Ask to close my account");
        await leaver.SeesButtonAsync("Keep my account");
        await leaver.AssertSoundAsync("an account that is to be closed");
        await devika.OpenAsync("~/operator/closures");
        foreach (var done in (string[])["Subscription", "Identity verified", "Sign-in cleaned up"])
        {
            await devika.TickAsync(done);
        }

        await devika.AssertSoundAsync("an account to close");
        await devika.PressAsync("Close the account of Asha");
        await devika.SeesAsync("Nobody waits for their account to be closed.");
        await devika.SeesAsync($"{who}@example.in");
        await leaver.OpenAsync("~/account/closure");
        await leaver.SeesHeadingAsync("Sign in");
    }

    [Fact]
    public async Task AiIsSwitchedOffForAll_AndOnAgain()
    {
        var token = house.House.Server.Tokens.Create(house.House.Server.Workspace, "of a robot").Text;
        var devika = await VisitAsync("operator", Phone, "~/operator/ai");
        await devika.PressAsync("Switch AI off for all");
        await devika.SeesAsync("AI is switched off for all workspaces.");
        await devika.AssertSoundAsync("AI off");
        Assert.Empty(await house.ToolsAsync(token));
        var member = await VisitAsync("member", Desk, "/clients");
        await member.SeesAsync("AI is switched off for the whole server.");
        await devika.PressAsync("Let AI clients in again");
        await devika.SeesButtonAsync("Switch AI off for all");
        Assert.NotEmpty(await house.ToolsAsync(token));
    }

    /// <summary>The server's timer does not run in tests, so its next look is made here.</summary>
    [Fact]
    public async Task ABackupIsMadeNow_AndAppearsByItself()
    {
        var devika = await VisitAsync("operator", Phone, "~/operator/backups");
        await devika.SeesButtonAsync("Make one now");
        var made = await devika.CountAsync("[aria-labelledby=stored] tbody tr");
        await devika.PressAsync("Make one now");
        await devika.SeesAsync("A backup is being made.");
        await devika.MarkAsync();
        using (var timer = ActivatorUtilities.CreateInstance<BackupTimer>(house.House.Server.Services))
        {
            await timer.RunDueAsync(TestContext.Current.CancellationToken);
        }

        await devika.Page.Locator("#making tbody tr .state-ok").First.WaitForAsync();
        await devika.AssertSamePageAsync();
        await devika.AssertSoundAsync("a backup that was made");
        await devika.OpenAsync("~/operator/backups");
        Assert.True(await devika.CountAsync("[aria-labelledby=stored] tbody tr") > made);
        await devika.SeesButtonAsync("Make one now");
    }

    [Fact]
    public async Task AWorkspaceThatWasDeletedIsBroughtBack()
    {
        var workspaces = house.House.Server.Workspaces;
        workspaces.Lifecycle.Hold(workspaces.Create("Old books"), _ => { });
        var devika = await VisitAsync("operator", Desk, "~/operator/workspaces");
        await devika.AssertSoundAsync("a deleted workspace");
        await devika.PressAsync("Bring back Old books");
        await devika.Page.GetByText("Deleted, and kept for now").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        await devika.SeesAsync("Old books");
    }

    [Fact]
    public async Task ClaimsAreFiltered()
    {
        var devika = await VisitAsync("operator", Phone, "~/operator/controls");
        await devika.FollowAsync("All claims behind them, one by one");
        await devika.ChooseAsync("#state", "not_software");
        await devika.PressAsync("Show");
        await devika.Page.Locator("#state option[value=not_software][selected]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        Assert.Equal(0, await devika.CountAsync("td.v .state-ok"));
        await devika.AssertSoundAsync("claims, filtered");
    }

    private Task<Visitor> VisitAsync(string who, int width, string path) => house.VisitAsync(browser, who, width, path);
}

using Microsoft.Playwright;
using WorkspaceServer.Features.Access;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>What those who look after a workspace do with its people and settings, done by clicking.</summary>
[Collection(JourneyCollection.Name)]
public sealed class TeamJourneysTests(BrowserFixture browser, JourneyHouse house)
{
    private const int Desk = WatchedPage.Desk;
    private const int Phone = WatchedPage.Phone;

    [Theory]
    [InlineData("owner", Phone, "Viewer", "Member")]
    [InlineData("admin", Desk, "Member", "Viewer")]
    public async Task SomebodyIsInvited_AndAnotherGetsARole(string who, int width, string of, string other)
    {
        var person = await house.VisitAsync(browser, who, width, "/team");
        await person.FollowAsync("Invite someone");
        await person.FillAsync("#email", $"new-{who}@example.in");
        await person.PressAsync("Send the invitation");
        await person.SeesAsync($"new-{who}@example.in");
        await person.AssertSoundAsync("an invitation");
        await person.PressAsync($"Withdraw the invitation of new-{who}@example.in");
        await person.Page.GetByText($"new-{who}@example.in").First.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });

        var row = $"tr:has-text('{of.ToLowerInvariant()}@example.in')";
        foreach (var role in (string[])[other, of])
        {
            await person.ClickAsync(row + " th a");
            await person.TickAsync(role);
            await person.PressAsync("Change it");
            await person.Page.Locator($"dd:has-text('{role}')").First.WaitForAsync();
            await person.OpenAsync("/team");
            Assert.Contains(role, await person.TextAsync(row), StringComparison.Ordinal);
        }

        await person.AssertSoundAsync("a role given and taken");
    }

    [Fact]
    public async Task AMemberIsSuspended_LetInAgain_AndRemoved()
    {
        var (who, id) = await house.ArriveAsync("helper", Role.Member);
        var owner = await house.VisitAsync(browser, "owner", Phone, "/team/" + id);
        await owner.PressAsync("Suspend");
        await owner.SeesAsync("Suspended: nothing of theirs works here.");
        var helper = await house.VisitAsync(browser, who, Desk, "/tables");
        Assert.Equal(0, await helper.CountAsync("table"));
        await owner.PressAsync("Let in again");
        await owner.SeesButtonAsync("Suspend");
        await helper.OpenAsync("/tables");
        await helper.SeesHeadingAsync("Tables");
        await owner.ClickTextAsync("Remove from the workspace");
        await owner.AssertSoundAsync("a member who is to go");
        await owner.PressAsync("Remove ");
        await owner.SeesHeadingAsync("Team");
        Assert.Equal(404, (await helper.OpenAsync("/tables"))!.Status);
    }

    [Theory]
    [InlineData("owner", Phone)]
    [InlineData("admin", Desk)]
    public async Task SettingsAreKept_AndAMistakeIsSaidBesideTheField(string who, int width)
    {
        var person = await house.VisitAsync(browser, who, width, "/settings");
        await person.FillAsync("#idle", "4");
        await person.PressAsync("Keep it");
        await person.Page.Locator(".error-text").WaitForAsync();
        await person.AssertSoundAsync("a wrong setting");
        await person.FillAsync("#idle", "25");
        await person.PressAsync("Keep it");
        await person.Page.Locator("#idle:not([aria-invalid=true])").WaitForAsync();
        await person.OpenAsync("/settings");
        Assert.Equal("25", await person.Page.Locator("#idle").InputValueAsync());
        await person.FillAsync("#idle", "");
        await person.PressAsync("Keep it");
    }
}

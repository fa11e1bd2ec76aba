using Microsoft.Playwright;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>An owner looks after the computers that send, in a real browser: on a desk and on a phone.</summary>
[Collection(BrowserCollection.Name)]
public sealed class AgentsTests(BrowserFixture browser) : IAsyncLifetime
{
    private static readonly SyncSchema Orders = new("orders", [new("id", SyncType.Integer), new("amount", SyncType.Decimal)], ["id"]);

    private AccountsServer house = null!;
    private TestAgent agent = null!;

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        var person = await house.AddAsync();
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, house.Server.Workspace, person.Id, Role.Owner, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
        agent = await TestAgent.PairedAsync(house.Server);
        await SendAsync();
    }

    public async ValueTask DisposeAsync()
    {
        agent.Dispose();
        await house.DisposeAsync();
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task AnOwnerLetsAChangePass_RenamesTheComputer_AndEndsItsPairing(int width)
    {
        await using var window = await browser.OpenAsync(width, at: house.Server);
        var page = window.Page;
        await SignInAsync(page);
        await page.GotoAsync($"/w/{house.Server.Workspace}/agents");
        await page.GetByText("One row, 2 sums").ClickAsync();
        await page.GetByText("12,34,567.25").WaitForAsync();
        await window.AssertSoundAsync("agents, with the sums open");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Let it pass" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Changed columns" }).WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });

        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Front office" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Accounts <PC>");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Rename it" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Accounts <PC>" }).WaitForAsync();
        await window.AssertSoundAsync("an agent");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "End the pairing" }).ClickAsync();
        await page.GetByText("No computer is paired yet.").WaitForAsync();

        Assert.NotNull(house.Server.Get<AgentStore>().Find(agent.Pairing.AgentId)!.RevokedAt);
    }

    [Fact]
    public async Task AComputerIsSeenToPair_OnAPageThatIsNeverLoadedAgain()
    {
        await using var window = await browser.OpenAsync(390, at: house.Server);
        var page = window.Page;
        await SignInAsync(page);
        await page.GotoAsync($"/w/{house.Server.Workspace}/agents");
        await page.GetByLabel("Name").FillAsync("Branch in Nashik");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make a pairing token" }).ClickAsync();
        await page.GetByText("Waiting for the computer").WaitForAsync();
        await page.EvaluateAsync("document.body.dataset.same = 'yes'");
        await page.GetByLabel("Name").FillAsync("Half a na");
        using var second = new TestAgent(house.Server);
        using (await second.PairAsync(await page.Locator("#token").InputValueAsync()))
        {
            await page.GetByText("Front office is paired.").WaitForAsync();
        }

        await page.GetByText("2 computers are paired.").WaitForAsync();
        Assert.Equal(2, await page.Locator("#computers tbody tr").CountAsync());
        Assert.Equal(0, await page.Locator("#unused tbody tr").CountAsync());
        await page.GetByText("Not since this server started").First.WaitForAsync();
        using (await second.SendAsync(HttpMethod.Get, SyncPaths.AgentOf(second.Pairing.WorkspaceId)))
        {
            await page.GetByText("Not since this server started").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        }

        Assert.Equal("Half a na", await page.GetByLabel("Name").InputValueAsync());
        Assert.Equal("yes", await page.EvaluateAsync<string>("document.body.dataset.same"));
        await window.AssertSoundAsync("a computer that has paired");
        await PagesTests.DrawAsync(page, "motion-paired", 390, ColorScheme.Light);
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Its page" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Front office" }).WaitForAsync();
    }

    private static async Task SignInAsync(IPage page)
    {
        await page.GotoAsync("/sign-in");
        await page.Locator("#email").FillAsync("asha@example.in");
        await page.Locator("#password").FillAsync(AccountsServer.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Your workspaces" }).WaitForAsync();
    }

    /// <summary>One run that goes well, and one whose columns changed.</summary>
    private async Task SendAsync()
    {
        var sender = new SyncSender(agent);
        Assert.True(Cell.TryDecimal("1234567.25", out var amount));
        var (batch, totals) = SyncSender.Rows(Orders, [[Cell.Of(1), amount]]);
        await sender.SendAsync(new RunRequest(SyncMode.Snapshot, Orders, "orders.csv"), [batch], totals);
        var changed = Orders with { Columns = [Orders.Columns[0], new("amount", SyncType.Text)] };
        using var waits = await sender.BeginAsync(sender.NewRun(), new RunRequest(SyncMode.Snapshot, changed, "orders.csv"));
        Assert.Equal(SyncProblems.SchemaChanged, await TestAgent.CodeOf(waits));
    }
}

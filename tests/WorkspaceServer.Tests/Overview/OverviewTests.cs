using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Overview;

/// <summary>From a sign-in to a table: the list of one's workspaces, a new one, its first data, its first page.</summary>
public sealed class OverviewTests : IAsyncLifetime
{
    private AccountsServer house = null!;

    public async ValueTask InitializeAsync() => house = await AccountsServer.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "E6")]
    [Trait("action", nameof(AuditActions.WorkspaceCreated))]
    [Trait("action", nameof(AuditActions.SampleLoaded))]
    public async Task AnOperatorComesFromSignInToTables()
    {
        var browser = await OperatorAsync();
        Assert.Contains("Make the workspace", (await browser.GetAsync("/")).Body, StringComparison.Ordinal);

        var made = await browser.PostAsync("/workspaces/new", [("name", " Kesarvan <Traders> ")]);
        Assert.Equal(HttpStatusCode.SeeOther, made.Status);
        Assert.EndsWith("/start", made.Location, StringComparison.Ordinal);
        var home = made.Location![..^"/start".Length];
        Assert.Contains("Kesarvan &lt;Traders&gt;", (await browser.GetAsync("/")).Body, StringComparison.Ordinal);
        Assert.Contains("This workspace is empty.", (await browser.GetAsync(home)).Body, StringComparison.Ordinal);

        var loaded = await browser.PostAsync(home + "/samples", [], page: made.Location);
        Assert.Equal((HttpStatusCode.SeeOther, home + "/tables"), (loaded.Status, loaded.Location));
        var overview = await browser.GetAsync(home);
        Assert.Contains("Your data is current.", overview.Body, StringComparison.Ordinal);
        Assert.Contains("No AI is connected yet", overview.Body, StringComparison.Ordinal);
        Assert.Contains("You are owner", overview.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyWorkspaceShowsByItselfThatAnAgentBroughtTheFirstTable()
    {
        var person = await house.AddAsync();
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, house.Server.Workspace, person.Id, Role.Owner, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
        var (browser, home) = (await house.SignInAsync(), $"/w/{house.Server.Workspace}");
        using var agent = await TestAgent.PairedAsync(house.Server);
        var schema = new SyncSchema("stock", [new SyncColumn("item", SyncType.Text)], []);
        var (batch, totals) = SyncSender.Rows(schema, [[Cell.Of("bolt")]]);
        var empty = (await browser.GetAsync(home)).Body;
        Assert.Contains($"data-live=\"{home}/events\"", empty, StringComparison.Ordinal);
        using var stream = await EventStream.OpenAsync(house.Server, browser, home + "/events");
        Assert.Contains($"data-live-state=\"{await stream.NextAsync()}\"", empty, StringComparison.Ordinal);
        await new SyncSender(agent).SendAsync(new RunRequest(SyncMode.Snapshot, schema, "stock.csv"), [batch], totals);
        await stream.NextAsync();

        var filled = (await browser.GetAsync(home)).Body;
        Assert.Contains("Your data is current.", filled, StringComparison.Ordinal);
        Assert.DoesNotContain("data-live=", filled, StringComparison.Ordinal);
        Assert.DoesNotContain("app.js", filled, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoDoesNotRunTheServerMakesNoWorkspace()
    {
        await house.AddAsync();
        var browser = await house.SignInAsync();

        Assert.DoesNotContain("Make the workspace", (await browser.GetAsync("/")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/workspaces/new")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync("/workspaces/new", [("name", "Mine")], page: "/account")).Status);
        Assert.DoesNotContain("Mine", (await browser.GetAsync("/")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\u0007b")]
    public async Task ANameThatIsNoneIsSaidBesideTheField(string name)
    {
        var browser = await OperatorAsync();
        var answer = await browser.PostAsync("/workspaces/new", [("name", name)]);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("Give a name of 1 to 100 characters", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheMenuHoldsOnlyWhatTheRoleOpens()
    {
        var person = await house.AddAsync();
        Join(house.Server.Workspace, person.Id, Role.Viewer);
        var browser = await house.SignInAsync();

        var overview = await browser.GetAsync($"/w/{house.Server.Workspace}");
        Assert.Equal(HttpStatusCode.OK, overview.Status);
        Assert.DoesNotContain("Load sample books", overview.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("AI questions this week", overview.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync($"/w/{house.Server.Workspace}/start")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync($"/w/{house.Server.Workspace}/samples", [], page: "/account")).Status);
    }

    [Fact]
    [Trait("claim", "B37")]
    public async Task ANeighboursWorkspaceIsAnsweredLikeNone()
    {
        await house.AddAsync();
        var browser = await house.SignInAsync();
        var foreign = await browser.GetAsync($"/w/{house.Server.Workspace}");
        var unknown = await browser.GetAsync($"/w/{WorkspaceId.New(DateTimeOffset.UnixEpoch)}");

        Assert.Equal((HttpStatusCode.NotFound, unknown.Status), (foreign.Status, foreign.Status));
        Assert.Equal(unknown.Stable, foreign.Stable);
    }

    [Fact]
    public async Task WhoIsNotSignedInIsSentToSignInAndComesBack()
    {
        var answer = await house.Browser().GetAsync($"/w/{house.Server.Workspace}");

        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.Equal($"/sign-in?return_to=%2Fw%2F{house.Server.Workspace}", answer.Location);
    }

    private async Task<TestBrowser> OperatorAsync()
    {
        var person = await house.AddAsync(role: SystemRole.SuperAdmin);
        return await house.SignInAsync((await house.EnrolAsync(person)).Key);
    }

    private void Join(WorkspaceId workspace, string person, Role role)
    {
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, workspace, person, role, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
    }
}

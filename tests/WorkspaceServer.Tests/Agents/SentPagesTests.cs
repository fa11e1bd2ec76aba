using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;
using static WorkspaceServer.Tests.Sync.SyncHouse;

namespace WorkspaceServer.Tests.Agents;

/// <summary>What the pages of agents say of what was sent: control totals, refusals, changed columns; and an agent's own page.</summary>
public sealed class SentPagesTests : IAsyncLifetime
{
    private AccountsServer house = null!;
    private TestBrowser owner = null!;
    private const string Decision = "The columns of a table changed at its source";

    private TestAgent agent = null!;
    private SyncSender sender = null!;

    private WorkspaceId Workspace => house.Server.Workspace;

    private string Agents => $"/w/{Workspace}/agents";

    private string AgentPage => $"{Agents}/{agent.Pairing.AgentId}";

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        owner = await MemberAsync("asha@example.in", Role.Owner);
        agent = await TestAgent.PairedAsync(house.Server);
        sender = new SyncSender(agent);
    }

    public async ValueTask DisposeAsync()
    {
        agent.Dispose();
        await house.DisposeAsync();
    }

    [Fact]
    [Trait("claim", "E10")]
    public async Task ARunStandsThereWithItsControlTotals_AndARefusedOneWithWhy()
    {
        await SendAsync(Order(1, "alpha", "1234567.25"), Order(2, "beta", "0.0001"));
        var (batch, totals) = SyncSender.Rows(Orders, [Order(1, "alpha", "1")]);
        var run = sender.NewRun();
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Orders, "orders.csv")));
        await SyncSender.OkAsync(await sender.PutAsync(run, 1, batch));
        using (await sender.CommitAsync(run, SyncSender.Commit([batch], totals with { Rows = 7 })))
        {
        }

        var page = (await owner.GetAsync(Agents)).Body;

        Assert.Contains("Same on both sides", page, StringComparison.Ordinal);
        Assert.Contains("2 rows, 2 sums", page, StringComparison.Ordinal);
        Assert.Contains("<dt>amount</dt><dd>12,34,567.2501</dd>", page, StringComparison.Ordinal);
        Assert.Contains("Totals differed, nothing changed", page, StringComparison.Ordinal);
        Assert.Contains("Front office, snapshot", page, StringComparison.Ordinal);
        var overview = (await owner.GetAsync($"/w/{Workspace}")).Body;
        Assert.Contains("Some totals do not agree.", overview, StringComparison.Ordinal);
        Assert.Contains("The totals of orders.csv differ from its source", overview, StringComparison.Ordinal);
        Assert.Contains("Differ</span>", overview, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SumsAreMadeOfCells_SoWhoMayNotReadCellsSeesNone()
    {
        await SendAsync(Order(1, "alpha", "1234567.25"));
        var clerk = await MemberAsync("clerk@example.in", Role.Member, "query.run");

        foreach (var path in (string[])[Agents, $"/api/v1/workspaces/{Workspace}/sync/runs"])
        {
            var (seen, hidden) = ((await owner.GetAsync(path)).Body, (await clerk.GetAsync(path)).Body);
            Assert.Matches("1234567.25|12,34,567.25", seen);
            Assert.Contains("orders", hidden, StringComparison.Ordinal);
            Assert.DoesNotMatch("1234567|12,34,567", hidden);
        }
    }

    [Fact]
    public async Task RunsComePageByPage_NewestFirst()
    {
        for (var i = 0; i < 23; i++)
        {
            await SendAsync(Order(i, "alpha", $"{1_000_000 + i}"));
        }

        var first = (await owner.GetAsync(Agents)).Body;
        var second = (await owner.GetAsync(Agents + "?before=4")).Body;

        Assert.Contains("20 shown", first, StringComparison.Ordinal);
        Assert.Contains($"{Agents}?before=4#sent", first, StringComparison.Ordinal);
        Assert.Contains("3 shown", second, StringComparison.Ordinal);
        Assert.Contains("10,00,002", second, StringComparison.Ordinal);
        Assert.DoesNotContain("10,00,003", second, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.GetAsync(Agents + "?before=-1")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.GetAsync(Agents + "?before=x")).Status);
    }

    /// <summary>Expected by arithmetic: 2 of 8 rows in 30 seconds are 25%, and 90 seconds are left.</summary>
    [Fact]
    [Trait("action", nameof(AuditActions.SyncRunStopped))]
    public async Task ARunUnderWaySaysHowFarItIs_AndWhoMayStopsIt()
    {
        var run = sender.NewRun();
        var (batch, _) = SyncSender.Rows(Orders, [Order(1, "alpha", "1"), Order(2, "beta", "2")]);
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Orders, "orders.csv"), "8"));
        house.Clock.Advance(TimeSpan.FromSeconds(30));
        await SyncSender.OkAsync(await sender.PutAsync(run, 1, batch));
        var member = await MemberAsync("member@example.in", Role.Member);

        foreach (var path in (string[])[Agents, AgentPage])
        {
            var page = (await owner.GetAsync(path)).Body;
            Assert.Contains("25% done, about 2 min left", page, StringComparison.Ordinal);
            Assert.Contains("2 of about 8 rows, as Front office counted them", page, StringComparison.Ordinal);
            Assert.Contains("Stop this run", page, StringComparison.Ordinal);
            Assert.DoesNotContain("Stop this run", (await member.GetAsync(path)).Body, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await member.PostAsync(Agents + "/stop", [("run", run)], Agents)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.PostAsync(Agents + "/stop", [("run", "x")], Agents)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(Agents + "/stop", [("run", sender.NewRun())], Agents)).Status);
        house.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Contains("Nothing came since", (await owner.GetAsync(Agents)).Body, StringComparison.Ordinal);
        for (var twice = 0; twice < 2; twice++)
        {
            Assert.Equal(Agents + "#runs", (await owner.PostAsync(Agents + "/stop", [("run", run)], Agents)).Location);
        }

        var after = (await owner.GetAsync(Agents)).Body;
        Assert.Contains("Stopped by a person", after, StringComparison.Ordinal);
        Assert.DoesNotContain("Stop this run", after, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.SyncSchemaAccepted))]
    public async Task ChangedColumnsWaitForAYes_WhichOnlyWhoMayCanGive()
    {
        await SendAsync(Order(1, "alpha", "10"));
        Assert.Contains("Agree</span>", (await owner.GetAsync($"/w/{Workspace}")).Body, StringComparison.Ordinal);
        var changed = Orders with { Columns = [.. Orders.Columns.Select(column => column.Name == "amount" ? column with { Type = SyncType.Text } : column)] };
        var request = new RunRequest(SyncMode.Snapshot, changed, "orders.csv");
        using (await sender.BeginAsync(sender.NewRun(), request))
        {
        }

        var member = await MemberAsync("member@example.in", Role.Member);
        await house.AddAsync("stranger@example.in");
        var stranger = await house.SignInAsync("stranger@example.in");
        Assert.Contains("amount was decimal and is now text", (await owner.GetAsync(Agents)).Body, StringComparison.Ordinal);
        Assert.Contains("Let it pass", (await owner.GetAsync(Agents)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Let it pass", (await member.GetAsync(Agents)).Body, StringComparison.Ordinal);
        Assert.Contains(Decision, (await owner.GetAsync($"/w/{Workspace}")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Decision, (await member.GetAsync($"/w/{Workspace}")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.PostAsync(Agents + "/accept-schema", [("table", "orders")], Agents)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync(Agents + "/accept-schema", [("table", "orders")], "/account")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(Agents + "/accept-schema", [("table", "x' OR 1=1")], Agents)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.PostAsync(Agents + "/accept-schema", [("table", "")], Agents)).Status);
        using (var still = await sender.BeginAsync(sender.NewRun(), request))
        {
            Assert.Equal(SyncProblems.SchemaChanged, await TestAgent.CodeOf(still));
        }

        Assert.Equal(Agents, (await owner.PostAsync(Agents + "/accept-schema", [("table", "orders")], Agents)).Location);

        Assert.DoesNotContain("wait for a yes", (await owner.GetAsync(Agents)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Decision, (await owner.GetAsync($"/w/{Workspace}")).Body, StringComparison.Ordinal);
        var (rows, totals) = SyncSender.Rows(changed, [[Cell.Of(1), Cell.Of("alpha"), Cell.Of("ten"), Cell.Of(true), Cell.Null]]);
        await sender.SendAsync(request, [rows], totals);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(Agents + "/accept-schema", [("table", "orders")], Agents)).Status);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.AgentRenamed))]
    public async Task AnAgentIsGivenAnotherName_AndABadOneIsSaidBesideTheField()
    {
        var page = await owner.GetAsync(AgentPage);
        Assert.Contains(agent.Pairing.ConfirmCode, page.Body, StringComparison.Ordinal);
        Assert.Contains(Pairing.Fingerprint(agent.PublicKey), WebUtility.HtmlDecode(page.Body), StringComparison.Ordinal);
        Assert.Contains("whoever runs the server", page.Body, StringComparison.Ordinal);

        foreach (var name in (string[])["", "  ", "two\nlines", new string('x', SyncLimits.MaxNameLength + 1)])
        {
            var refused = await owner.PostAsync(AgentPage + "/name", [("name", name)], AgentPage);
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
            Assert.Contains("Give a name of 1 to", refused.Body, StringComparison.Ordinal);
        }

        Assert.Equal(AgentPage, (await owner.PostAsync(AgentPage + "/name", [("name", "<b>Till</b> \" 2")], AgentPage)).Location);

        Assert.Equal("<b>Till</b> \" 2", house.Server.Get<AgentStore>().Find(agent.Pairing.AgentId)!.Name);
        foreach (var path in (string[])[Agents, AgentPage])
        {
            var shown = (await owner.GetAsync(path)).Body;
            Assert.Contains("&lt;b&gt;Till&lt;/b&gt; &quot; 2", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("<b>Till", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WhoMayNotRenameSeesNoForm_AndAnotherWorkspacesAgentIsNotThere()
    {
        var member = await MemberAsync("member@example.in", Role.Member);
        var other = house.Server.Workspaces.Create("Other");
        using var theirs = await TestAgent.PairedAsync(house.Server, other);
        var foreign = $"{Agents}/{theirs.Pairing.AgentId}";

        Assert.DoesNotContain("Rename it", (await member.GetAsync(AgentPage)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.PostAsync(AgentPage + "/name", [("name", "Mine")], AgentPage)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync(foreign)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(foreign + "/name", [("name", "Mine")], AgentPage)).Status);
        Assert.Equal("Front office", house.Server.Get<AgentStore>().Find(theirs.Pairing.AgentId)!.Name);

        Assert.Equal(Agents, (await owner.PostAsync(Agents + "/revoke", [("agent", agent.Pairing.AgentId)], AgentPage)).Location);
        Assert.Contains("Its pairing is over.", (await owner.GetAsync(AgentPage)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(AgentPage + "/name", [("name", "Mine")], Agents)).Status);
    }

    private async Task SendAsync(params Cell[][] orders)
    {
        var (batch, totals) = SyncSender.Rows(Orders, orders);
        await sender.SendAsync(new RunRequest(SyncMode.Snapshot, Orders, "orders.csv"), [batch], totals);
    }

    private async Task<TestBrowser> MemberAsync(string email, Role role, string? without = null)
    {
        var person = await house.AddAsync(email);
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, Workspace, person.Id, role, house.Clock.GetUtcNow());
            if (without is not null)
            {
                MembershipStore.SetCustomRoles(connection, Workspace, person.Id, [house.Server.Get<RoleBook>().Create(Principal.Operator, Workspace, "Less", [], [without]).Id]);
            }
        }

        house.Server.Workspaces.Changes.Changed();
        return await house.SignInAsync(email);
    }
}

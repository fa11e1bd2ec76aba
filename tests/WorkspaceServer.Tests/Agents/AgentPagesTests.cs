using System.Net;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Agents;

/// <summary>The page on which people pair computers: who sees what, what its forms do, and what they refuse.</summary>
public sealed partial class AgentPagesTests : IAsyncLifetime
{
    private AccountsServer house = null!;
    private TestBrowser owner = null!;

    private WorkspaceId Workspace => house.Server.Workspace;

    private string Agents => $"/w/{Workspace}/agents";

    private AgentDesk Desk => house.Server.Get<AgentDesk>();

    private AgentStore Store => house.Server.Get<AgentStore>();

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        owner = await MemberAsync("asha@example.in", Role.Owner);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task WhatAgentsSendIsThere_AndTheStreamSaysSo()
    {
        using var agent = await TestAgent.PairedAsync(house.Server);
        var (sender, schema) = (new SyncSender(agent), new SyncSchema("stock", [new SyncColumn("item", SyncType.Text)], []));
        var (batch, totals) = SyncSender.Rows(schema, [[Cell.Of("bolt")], [Cell.Of("nut")]]);
        using (await agent.SendAsync(HttpMethod.Get, SyncPaths.AgentOf(sender.Workspace)))
        {
            // That it is heard of for the first time is a change, too.
        }

        using var stream = await EventStream.OpenAsync(house.Server, owner, Agents + "/events");
        var states = new List<string?> { await stream.NextAsync() };
        var run = sender.NewRun();
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, schema, "stock.csv")));
        states.Add(await stream.NextAsync());
        await SyncSender.OkAsync(await sender.PutAsync(run, 1, batch));
        states.Add(await stream.NextAsync());
        var coming = (await owner.GetAsync(Agents)).Body;
        await SyncSender.OkAsync(await sender.CommitAsync(run, SyncSender.Commit([batch], totals)));
        states.Add(await stream.NextAsync());
        var there = (await owner.GetAsync(Agents)).Body;

        Assert.Equal(4, states.Distinct().Count());
        Assert.Contains("Under way", coming, StringComparison.Ordinal);
        Assert.Contains(">2 so far<", coming, StringComparison.Ordinal);
        Assert.Contains($"data-live-state=\"{states[2]}\"", coming, StringComparison.Ordinal);
        Assert.Contains("Same on both sides", there, StringComparison.Ordinal);
        Assert.Contains($"data-live-state=\"{states[3]}\"", there, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokenIsShownOnce_AndPairsOneComputer_WhoseCodeIsThere()
    {
        var made = await owner.PostAsync(Agents, [("name", "Accounts <PC>")], Agents);
        var token = TokenText().Match(made.Body).Groups[1].Value;
        Assert.StartsWith("wsp_pair_", token, StringComparison.Ordinal);
        var waiting = await owner.GetAsync(Agents);
        Assert.DoesNotContain(token, waiting.Body, StringComparison.Ordinal);
        Assert.Contains("Accounts &lt;PC&gt;", waiting.Body, StringComparison.Ordinal);

        using var agent = new TestAgent(house.Server);
        var paired = await Desk.PairAsync(agent.Request(token, house.Clock.GetUtcNow().ToUnixTimeSeconds()));
        var page = await owner.GetAsync(Agents);

        Assert.Contains(paired.ConfirmCode, page.Body, StringComparison.Ordinal);
        Assert.Contains("One computer is paired.", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Waiting for a computer", page.Body, StringComparison.Ordinal);
        Assert.Equal(Agents, (await owner.PostAsync(Agents + "/revoke", [("agent", paired.AgentId)], Agents)).Location);
        Assert.NotNull(Assert.Single(Store.List(Workspace, null, 10)).RevokedAt);
        Assert.Contains("No computer is paired yet.", (await owner.GetAsync(Agents)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThePageSaysWhatBecameOfAToken_AndTheStreamSaysWhen()
    {
        var made = await owner.PostAsync(Agents, [("name", "Accounts PC")], Agents);
        var again = $"{Agents}?pairing={Assert.Single(Store.ListTokens(Workspace, null, 10)).Id}";
        Assert.Contains("Waiting for the computer", made.Body, StringComparison.Ordinal);
        Assert.Contains($"data-live-page=\"{again}\"", made.Body, StringComparison.Ordinal);
        Assert.Contains($"<a href=\"{again}#pairing\">Look again</a>", made.Body, StringComparison.Ordinal);
        using var stream = await EventStream.OpenAsync(house.Server, owner, Agents + "/events");
        var states = new List<string?> { await stream.NextAsync() };

        using var agent = new TestAgent(house.Server);
        using (await agent.PairAsync(TokenText().Match(made.Body).Groups[1].Value))
        {
            states.Add(await stream.NextAsync());
        }

        var paired = (await owner.GetAsync(again)).Body;
        Assert.Contains("Front office is paired.", paired, StringComparison.Ordinal);
        Assert.Contains($"href=\"{Agents}/{agent.Pairing.AgentId}\"", paired, StringComparison.Ordinal);
        Assert.Contains("Not since this server started", paired, StringComparison.Ordinal);
        Assert.Contains($"data-live-state=\"{states[1]}\"", paired, StringComparison.Ordinal);
        await agent.TokenAsync();
        using (await agent.SendAsync(HttpMethod.Get, SyncPaths.AgentOf(agent.Pairing.WorkspaceId)))
        {
            states.Add(await stream.NextAsync());
        }

        Assert.DoesNotContain("Not since this server started", (await owner.GetAsync(again)).Body, StringComparison.Ordinal);
        Desk.Revoke(Principal.Operator, Workspace, agent.Pairing.AgentId);
        states.Add(await stream.NextAsync());
        Assert.Contains("Front office was paired, and its pairing is over.", (await owner.GetAsync(again)).Body, StringComparison.Ordinal);
        Assert.Equal(4, states.Distinct().Count());
    }

    [Fact]
    public async Task ALapsedTokenIsSaidAtItsSecond_WithoutAnybodySayingSo()
    {
        var now = house.Clock.GetUtcNow();
        var token = new PairingToken(Guid.CreateVersion7(now).ToString("n"), Workspace, "Accounts PC", null, now, now.AddSeconds(90), null, null, null);
        using (var connection = Store.Open())
        {
            Assert.True(AgentStore.AddToken(connection, token, new byte[32], 1));
        }

        var look = house.Server.Get<AgentsLook>();
        var follow = look.Follow(Workspace);
        var waiting = follow();
        house.Clock.Advance(TimeSpan.FromSeconds(89));
        Assert.Equal(waiting, follow());
        house.Clock.Advance(TimeSpan.FromSeconds(1));
        var page = (await owner.GetAsync($"{Agents}?pairing={token.Id}")).Body;

        Assert.NotEqual(waiting, follow());
        Assert.Equal(look.StateOf(Workspace), follow());
        Assert.Contains("The token has lapsed.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Pairing tokens that nobody has used yet", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokenOfAnotherWorkspace_OrNone_IsNotThere()
    {
        var theirs = Desk.CreateToken(Principal.Operator, house.Server.Workspaces.Create("Other")).Token.Id;

        Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync($"{Agents}?pairing={theirs}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync($"{Agents}?pairing={new string('0', 32)}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.GetAsync($"{Agents}?pairing=1")).Status);
    }

    [Fact]
    public async Task AWithdrawnTokenPairsNothing()
    {
        var made = await owner.PostAsync(Agents, [("name", "Accounts PC")], Agents);
        var token = TokenText().Match(made.Body).Groups[1].Value;
        var id = Assert.Single(Store.ListTokens(Workspace, null, 10)).Id;
        Assert.Equal(Agents, (await owner.PostAsync(Agents + "/withdraw", [("pairing", id)], Agents)).Location);

        using var agent = new TestAgent(house.Server);
        await Assert.ThrowsAnyAsync<Exception>(() => Desk.PairAsync(agent.Request(token, house.Clock.GetUtcNow().ToUnixTimeSeconds())));
        Assert.Empty(Store.List(Workspace, null, 10));
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(Agents + "/withdraw", [("pairing", id)], Agents)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("two\nlines")]
    public async Task ABadNameIsSaidBesideTheField_AndNoTokenIsMade(string name)
    {
        var answer = await owner.PostAsync(Agents, [("name", name)], Agents);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("Give a name of 1 to", answer.Body, StringComparison.Ordinal);
        Assert.Empty(Store.ListTokens(Workspace, null, 10));
    }

    [Fact]
    public async Task WhoMayNotPairSeesNoForm_AndAForgedOneDoesNothing()
    {
        var token = Desk.CreateToken(Principal.Operator, Workspace);
        using var agent = new TestAgent(house.Server);
        var paired = await Desk.PairAsync(agent.Request(token.Text, house.Clock.GetUtcNow().ToUnixTimeSeconds()));
        var open = Desk.CreateToken(Principal.Operator, Workspace).Token.Id;
        var viewer = await MemberAsync("viewer@example.in", Role.Viewer);
        await house.AddAsync("stranger@example.in");
        var stranger = await house.SignInAsync("stranger@example.in");
        Assert.DoesNotContain("Make a pairing token", (await viewer.GetAsync(Agents)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(Agents)).Status);

        foreach (var (path, field) in ((string, (string, string))[])[("", ("name", "X")), ("/withdraw", ("pairing", open)), ("/revoke", ("agent", paired.AgentId))])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync(Agents + path, [field], Agents)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync(Agents + path, [field], "/account")).Status);
        }

        Assert.Null(Assert.Single(Store.List(Workspace, null, 10)).RevokedAt);
        Assert.Equal("open", Store.ListTokens(Workspace, null, 10).Single(each => each.Id == open).StateAt(house.Clock.GetUtcNow()));
        Assert.Equal(2, Store.ListTokens(Workspace, null, 10).Count);
    }

    [Fact]
    public async Task AnAgentOfAnotherWorkspaceIsNotThere()
    {
        var other = house.Server.Workspaces.Create("Other");
        using var agent = new TestAgent(house.Server);
        var theirs = await Desk.PairAsync(agent.Request(Desk.CreateToken(Principal.Operator, other, "Secret PC").Text, house.Clock.GetUtcNow().ToUnixTimeSeconds()));
        var open = Desk.CreateToken(Principal.Operator, other, "Secret PC").Token.Id;

        Assert.DoesNotContain("Secret PC", (await owner.GetAsync(Agents)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(Agents + "/revoke", [("agent", theirs.AgentId)], Agents)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.PostAsync(Agents + "/withdraw", [("pairing", open)], Agents)).Status);
        Assert.Null(Assert.Single(Store.List(other, null, 10)).RevokedAt);
    }

    [GeneratedRegex("value=\"(wsp_pair_[^\"]+)\"")]
    private static partial Regex TokenText();

    private async Task<TestBrowser> MemberAsync(string email, Role role)
    {
        var person = await house.AddAsync(email);
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, Workspace, person.Id, role, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
        return await house.SignInAsync(email);
    }
}

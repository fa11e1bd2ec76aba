using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Access;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Agents;

/// <summary>How an agent is paired with a token that is good once, for thirty days.</summary>
public sealed class PairingTests(AgentsHouse agents) : IClassFixture<AgentsHouse>
{
    private readonly FakeTimeProvider clock = agents.Clock;
    private readonly AccessHouse house = agents.House;
    private readonly WorkspaceId workspace = agents.NewWorkspace();

    private AgentDesk Desk => house.Server.Get<AgentDesk>();

    private string Owner => field ??= house.Person(workspace, Role.Owner);

    [Fact]
    [Trait("claim", "A17")]
    [Trait("action", nameof(AuditActions.PairingStarted))]
    [Trait("action", nameof(AuditActions.AgentPaired))]
    public async Task AnAgentIsPaired_AndBothSidesShowTheSameCode()
    {
        using var made = await house.SendAsync(Owner, HttpMethod.Post, house.In("/pairing-tokens", workspace), new { name = "Front office" });
        var token = (await AccessHouse.JsonOf(made)).GetProperty("token").GetString()!;
        using var agent = new TestAgent(house.Server);
        using var paired = await agent.PairAsync(token);

        Assert.Equal(HttpStatusCode.Created, paired.StatusCode);
        Assert.Equal(("Books", workspace.ToString()), (agent.Pairing.WorkspaceName, agent.Pairing.WorkspaceId));
        Assert.Equal(house.Server.Get<PublicAddress>().Origin, agent.Pairing.Audience);
        Assert.Equal(Pairing.ConfirmCode(agent.PublicKey, agent.Pairing.ServerKey), agent.Pairing.ConfirmCode);
        Assert.True(IdentityKey.Verify(
            Bytes(agent.Pairing.ServerKey), Pairing.AnswerBytes(token, agent.PublicKey, agent.Pairing.AgentId, agent.Pairing.WorkspaceId), Bytes(agent.Pairing.Proof)));

        using var list = await house.GetAsync(Owner, house.In("/agents", workspace));
        var shown = Assert.Single((await AccessHouse.JsonOf(list)).GetProperty("items").EnumerateArray());
        Assert.Equal((agent.Pairing.ConfirmCode, "paired", "Front office"), (shown.GetProperty("confirm_code").GetString(), shown.GetProperty("state").GetString(), shown.GetProperty("name").GetString()));
        Assert.Equal(
            "pairing.started|person|ok\nagent.paired|agent|ok",
            Dump("SELECT action, actor_kind, outcome FROM audit_entry WHERE workspace_id = @w ORDER BY seq"));
        Assert.DoesNotContain(token, house.Dump("SELECT hex(sha256), * FROM pairing_token") + house.Dump("SELECT * FROM audit_entry"), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A18")]
    public async Task OfFiftyAgentsOneIsPaired()
    {
        var token = Desk.CreateToken(Principal.Operator, workspace).Text;
        var failed = Failed();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            using var agent = new TestAgent(house.Server);
            using var response = await agent.PairAsync(token);
            return ((int)response.StatusCode, await TestAgent.CodeOf(response));
        }));

        Assert.Equal(1, answers.Count(answer => answer == (201, "")));
        Assert.Equal(49, answers.Count(answer => answer == (409, SyncProblems.PairingUsed)));
        Assert.Equal("1", Dump("SELECT count(*) FROM agent WHERE workspace_id = @w"));
        Assert.Equal(failed + 49, Failed());
    }

    /// <summary>Without the server around it, whose timers would all go off a month's worth of times.</summary>
    [Fact]
    [Trait("claim", "A19")]
    [Trait("claim", "E9")]
    public async Task ATokenIsGoodForThirtyDays_AndNotASecondMore()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
        await using var files = new TemporaryWorkspaces(time);
        using var keys = new ServerKeys(new ServerKeyStore(files.Control), files.Audit, files.Master, files.Changes, time);
        var desk = new AgentDesk(new AgentStore(files.Control), files.Store, keys, new PublicAddress(new ServerOptions { PublicUrl = "https://ws.example.in" }), files.Audit, files.Changes, new Signals(), time);
        var books = files.Create();
        var (first, second) = (desk.CreateToken(Principal.Operator, books).Text, desk.CreateToken(Principal.Operator, books).Text);
        using var agent = new TestAgent(house.Server);

        time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        Assert.Equal(books.ToString(), (await desk.PairAsync(agent.Request(first, time.GetUtcNow().ToUnixTimeSeconds()))).WorkspaceId);
        time.Advance(TimeSpan.FromSeconds(1));
        var late = await Assert.ThrowsAsync<ProblemException>(() => desk.PairAsync(agent.Request(second, time.GetUtcNow().ToUnixTimeSeconds())));
        Assert.Equal((SyncProblems.PairingExpired, 410), (late.Code.Code, late.Code.HttpStatus));
        Assert.Equal($"This pairing token expired on 2 Mar 2026. Make a new one: https://ws.example.in/w/{books}/agents", late.Message);
    }

    [Theory]
    [InlineData(61, "1 minute ahead")]
    [InlineData(-61, "1 minute behind")]
    [InlineData(7 * 60, "7 minutes ahead")]
    [InlineData(-3 * 24 * 3600, "4320 minutes behind")]
    [InlineData(long.MinValue / 2, "minutes behind")]
    [InlineData(long.MaxValue / 2, "minutes ahead")]
    [Trait("action", nameof(AuditActions.AgentPairingFailed))]
    public async Task AWrongClockIsNamed_AndTheTokenStaysGood(long secondsOff, string said)
    {
        var token = Desk.CreateToken(Principal.Operator, workspace).Text;
        using var agent = new TestAgent(house.Server);
        using (var response = await agent.PairAsync(token, clock.GetUtcNow().ToUnixTimeSeconds() + secondsOff))
        {
            var problem = await TestAgent.ProblemOf(response);
            Assert.Equal((400, SyncProblems.ClockOff), ((int)response.StatusCode, problem!.Code));
            Assert.Contains(said, problem.Detail, StringComparison.Ordinal);
        }

        Assert.Equal("clock_off", house.Dump("SELECT outcome FROM audit_entry WHERE action = 'agent.pairing_failed' ORDER BY seq DESC LIMIT 1"));
        using var again = await agent.PairAsync(token, clock.GetUtcNow().ToUnixTimeSeconds() + 60);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
    }

    public static TheoryData<string, Func<PairRequest, PairRequest>> Wrong => new()
    {
        { "invalid_argument", request => request with { PublicKey = new TestAgentKey().PublicKey } }, // somebody else's key
        { "invalid_argument", request => request with { Name = "Another" } }, // not what was signed
        { "invalid_argument", request => request with { Time = request.Time + 1 } },
        { "invalid_argument", request => request with { PublicKey = "AAAA" } },
        { "invalid_argument", request => request with { PublicKey = new string('A', 43) } }, // no point of the curve's group
        { "invalid_argument", request => request with { PublicKey = "not base64url!" } },
        { "invalid_argument", request => request with { Signature = "!" } },
        { "invalid_argument", request => request with { Name = new string('x', 101) } },
        { "invalid_argument", request => request with { Name = "a\nb" } },
        { "invalid_argument", request => request with { Token = new string('x', 200) } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task WhatIsNotSignedByItsKeyPairsNothing(string code, Func<PairRequest, PairRequest> change)
    {
        var token = Desk.CreateToken(Principal.Operator, workspace).Text;
        using var agent = new TestAgent(house.Server);
        using var response = await agent.PairAsync(token, change: change);

        Assert.Equal(code, await TestAgent.CodeOf(response));
        Assert.Equal("0|-", Dump("SELECT (SELECT count(*) FROM agent WHERE workspace_id = @w), redeemed_at FROM pairing_token WHERE workspace_id = @w"));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.PairingWithdrawn))]
    public async Task AWithdrawnTokenIsUnknown()
    {
        var issued = Desk.CreateToken(Principal.Person(Owner), workspace);
        using var revoked = await house.SendAsync(Owner, HttpMethod.Delete, house.In("/pairing-tokens/" + issued.Token.Id, workspace));
        using var agent = new TestAgent(house.Server);
        using var response = await agent.PairAsync(issued.Text);
        using var nonsense = await agent.PairAsync(Pairing.TokenPrefix + "x");

        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal(SyncProblems.PairingUnknown, await TestAgent.CodeOf(response));
        Assert.Equal(SyncProblems.PairingUnknown, await TestAgent.CodeOf(nonsense));
        Assert.Equal("1", Dump("SELECT count(*) FROM audit_entry WHERE action = 'pairing.withdrawn' AND workspace_id = @w"));
    }

    [Fact]
    public async Task ATokenIsWorthWhatItsMakerMayDoWhenItIsUsed()
    {
        var admin = house.Person(workspace, Role.Admin);
        var issued = Desk.CreateToken(Principal.Person(admin), workspace);
        house.Memberships.ChangeRole(Principal.Operator, workspace, admin, Role.Member, []);
        using var agent = new TestAgent(house.Server);
        using (var refused = await agent.PairAsync(issued.Text))
        {
            Assert.Equal(SyncProblems.PairingUnknown, await TestAgent.CodeOf(refused));
        }

        house.Memberships.ChangeRole(Principal.Operator, workspace, admin, Role.Admin, []);
        using var accepted = await agent.PairAsync(issued.Text);
        Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
    }

    [Fact]
    public void OnlySoManyAreOpen()
    {
        for (var i = 0; i < AgentDesk.MaxOpenTokens; i++)
        {
            Desk.CreateToken(Principal.Operator, workspace);
        }

        Assert.Equal(ProblemCodes.InvalidArgument, Assert.Throws<ProblemException>(() => Desk.CreateToken(Principal.Operator, workspace)).Code);
    }

    [Fact]
    public async Task TriesAreCountedByAddress()
    {
        await using var server = await RunningServer.StartAsync(limits: new LimitOptions());
        using var agent = new TestAgent(server);
        var answers = new List<int>();
        for (var i = 0; i <= RateClasses.Pairing.Requests; i++)
        {
            using var response = await agent.PairAsync("wsp_pair_x");
            answers.Add((int)response.StatusCode);
        }

        Assert.Equal([.. Enumerable.Repeat(401, RateClasses.Pairing.Requests), 429], answers);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.AgentRenamed))]
    [Trait("claim", "B27")]
    public async Task AnAgentIsRenamed()
    {
        using var agent = await TestAgent.PairedAsync(house.Server, workspace);
        using var bad = await house.SendAsync(Owner, HttpMethod.Put, house.In($"/agents/{agent.Pairing.AgentId}/name", workspace), new { name = " " });
        using var good = await house.SendAsync(Owner, HttpMethod.Put, house.In($"/agents/{agent.Pairing.AgentId}/name", workspace), new { name = "Back office" });

        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, good.StatusCode);
        Assert.Equal("Back office", Dump("SELECT name FROM agent WHERE workspace_id = @w"));
        Assert.Equal("1", Dump("SELECT count(*) FROM audit_entry WHERE action = 'agent.renamed' AND workspace_id = @w"));
    }

    private string Dump(string sql) => house.Dump(sql, ("@w", workspace.ToString()));

    private int Failed() => int.Parse(house.Dump("SELECT count(*) FROM audit_entry WHERE action = 'agent.pairing_failed'"), CultureInfo.InvariantCulture);

    private static byte[] Bytes(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);

    private sealed class TestAgentKey
    {
        public string PublicKey { get; } = Make();

        private static string Make()
        {
            using var key = IdentityKey.Create();
            return System.Buffers.Text.Base64Url.EncodeToString(key.PublicKey);
        }
    }
}

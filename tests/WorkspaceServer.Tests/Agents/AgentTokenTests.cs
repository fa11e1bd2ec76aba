using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Access;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Agents;

/// <summary>Tokens of fifteen minutes for assertions that the agent signed, and when they stop being good.</summary>
public sealed class AgentTokenTests(AgentsHouse agents) : IClassFixture<AgentsHouse>, IAsyncLifetime
{
    private readonly FakeTimeProvider clock = agents.Clock;
    private readonly AccessHouse house = agents.House;
    private readonly WorkspaceId workspace = agents.NewWorkspace();
    private TestAgent agent = null!;

    public async ValueTask InitializeAsync() => agent = await TestAgent.PairedAsync(house.Server, workspace);

    public ValueTask DisposeAsync()
    {
        agent.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Trait("claim", "A17")]
    [Trait("claim", "E9")]
    public async Task AnAssertionGivesATokenOfFifteenMinutes_ForThisAgentAndWorkspace()
    {
        var claims = agent.Claims();
        using var response = await agent.ExchangeAsync(agent.Signed(claims));
        var answer = (await response.Content.ReadFromJsonAsync(ProtocolJson.Default.TokenAnswer, TestContext.Current.CancellationToken))!;
        var header = Part(answer.AccessToken, 0);
        var payload = Part(answer.AccessToken, 1);

        Assert.Equal(("ES256", "at+jwt"), (header.GetProperty("alg").GetString(), header.GetProperty("typ").GetString()));
        Assert.Equal("agent", payload.GetProperty("aud").GetString());
        Assert.Equal((agent.Pairing.AgentId, workspace.ToString()), (payload.GetProperty("sub").GetString(), payload.GetProperty("workspace").GetString()));
        Assert.Equal(15 * 60, payload.GetProperty("exp").GetInt64() - payload.GetProperty("iat").GetInt64());
        Assert.Equal(payload.GetProperty("exp").GetInt64(), answer.ExpiresAt);
        Assert.Null(answer.Rollover);
        Assert.True(IdentityKey.Verify(Base64Url.DecodeFromChars(agent.Pairing.ServerKey), ServerProof.TokenBytes(claims.Jti, answer.AccessToken, answer.ExpiresAt), Base64Url.DecodeFromChars(answer.Proof)));
        Assert.Equal(200, await CallAsync(answer.AccessToken));

        clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, await CallAsync(answer.AccessToken));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, await CallAsync(answer.AccessToken));
    }

    [Fact]
    [Trait("claim", "A17")]
    public async Task AnAssertionIsGoodOnce_AlsoWhenTwentyCome()
    {
        var assertion = agent.Signed(agent.Claims());
        var codes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var response = await agent.ExchangeAsync(assertion);
            return await TestAgent.CodeOf(response);
        }));

        Assert.Equal(1, codes.Count(code => code.Length == 0));
        Assert.Equal(19, codes.Count(code => code == SyncProblems.AssertionRefused));
    }

    [Fact]
    public async Task UsedAssertionsAreKeptAsLongAsTheyCouldComeAgain()
    {
        // The agent's clock is a minute ahead, so by ours the assertion lives for two.
        var early = agent.Claims();
        early = early with { Iat = early.Iat + 60, Exp = early.Exp + 60 };
        using (await agent.ExchangeAsync(agent.Signed(early)))
        {
        }

        clock.Advance(TimeSpan.FromSeconds(119));
        using (await agent.ExchangeAsync(agent.Signed(agent.Claims())))
        {
        }

        using var again = await agent.ExchangeAsync(agent.Signed(early));
        Assert.Equal(SyncProblems.AssertionRefused, await TestAgent.CodeOf(again));
        clock.Advance(TimeSpan.FromMinutes(3));
        using (await agent.ExchangeAsync(agent.Signed(agent.Claims())))
        {
        }

        Assert.Equal("1", house.Dump("SELECT count(*) FROM agent_assertion WHERE agent_id = @a", ("@a", agent.Pairing.AgentId)));
    }

    public static TheoryData<string, Func<AssertionClaims, AssertionClaims>> Wrong => new()
    {
        { SyncProblems.AssertionRefused, claims => claims with { Iss = "0123456789abcdef0123456789abcdef" } },
        { SyncProblems.WrongServer, claims => claims with { Aud = "https://other.example.in" } },
        { SyncProblems.WrongServer, claims => claims with { Srv = Base64Url.EncodeToString(new byte[32]) } },
        { SyncProblems.ClockOff, claims => claims with { Iat = claims.Iat - 61, Exp = claims.Exp - 61 } },
        { SyncProblems.ClockOff, claims => claims with { Iat = claims.Iat + 61, Exp = claims.Exp + 61 } },
        { SyncProblems.AssertionRefused, claims => claims with { Exp = claims.Iat + 61 } },
        { SyncProblems.AssertionRefused, claims => claims with { Exp = claims.Iat } },
        { SyncProblems.AssertionRefused, claims => claims with { Iat = claims.Iat - 50, Exp = claims.Iat } },
        { SyncProblems.AssertionRefused, claims => claims with { Jti = "not hexadecimal!" } },
        { SyncProblems.AssertionRefused, claims => claims with { Jti = "short" } },
        { SyncProblems.ClockOff, claims => claims with { Iat = long.MinValue, Exp = long.MaxValue } },
        { SyncProblems.AssertionRefused, claims => claims with { Exp = long.MaxValue } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task AWrongAssertionIsRefusedWithTheWord(string code, Func<AssertionClaims, AssertionClaims> change)
    {
        using var response = await agent.ExchangeAsync(agent.Signed(change(agent.Claims())));
        Assert.Equal(code, await TestAgent.CodeOf(response));
    }

    [Fact]
    public async Task AnotherAgentsSignatureIsRefused()
    {
        using var other = await TestAgent.PairedAsync(house.Server, workspace);
        using var response = await agent.ExchangeAsync(other.Signed(agent.Claims()));
        Assert.Equal(SyncProblems.AssertionRefused, await TestAgent.CodeOf(response));
    }

    [Fact]
    [Trait("claim", "A17")]
    [Trait("claim", "B37")]
    public async Task ATokenOpensItsOwnWorkspaceOnly()
    {
        var other = house.Server.Workspaces.Create("Foreign");
        using var theirs = await TestAgent.PairedAsync(house.Server, other);

        Assert.Equal(200, await CallAsync(await theirs.TokenAsync(), other.ToString()));
        Assert.Equal(403, await CallAsync(await theirs.TokenAsync(), workspace.ToString()));
        Assert.Equal(403, await CallAsync(await theirs.TokenAsync(), "0123456789abcdef0123456789abcdef"));
    }

    [Fact]
    [Trait("claim", "A17")]
    public async Task AForgedTokenIsRefused()
    {
        var good = (await agent.TokenAsync()).Split('.');
        string[] forged =
        [
            $"{good[0]}.{Changed(good[1], "\"sub\":\"" + agent.Pairing.AgentId, "\"sub\":\"0123456789abcdef0123456789abcdef")}.{good[2]}",
            $"{Encoded("""{"alg":"none","typ":"at+jwt"}""")}.{good[1]}.",
            $"{Changed(good[0], "ES256", "HS256")}.{good[1]}.{good[2]}",
            $"{good[0]}.{good[1]}.{new string('A', good[2].Length)}",
            $"{good[0]}.{good[1]}",
            agent.Signed(agent.Claims()), // an assertion is no token
            house.Token(workspace), // neither is an AI client's
            new string('x', 5_000),
        ];
        foreach (var token in forged)
        {
            Assert.Equal(401, await CallAsync(token));
        }

        using var mcp = await house.Server.SendAsync(HttpMethod.Post, "/mcp", string.Join('.', good), JsonContent.Create(new { }));
        Assert.False(mcp.IsSuccessStatusCode);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.AgentRevoked))]
    [Trait("claim", "B27")]
    public async Task ARevokedAgentIsRefusedAtOnce()
    {
        var owner = house.Person(workspace, Role.Owner);
        var token = await agent.TokenAsync();
        using var revoked = await house.SendAsync(owner, HttpMethod.Delete, house.In("/agents/" + agent.Pairing.AgentId, workspace));
        using var again = await house.SendAsync(owner, HttpMethod.Delete, house.In("/agents/" + agent.Pairing.AgentId, workspace));
        using var call = await house.Server.SendAsync(HttpMethod.Get, house.In("/sync/test", workspace), token);
        using var exchange = await agent.ExchangeAsync(agent.Signed(agent.Claims()));

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (revoked.StatusCode, again.StatusCode));
        Assert.Equal(SyncProblems.Unpaired, await TestAgent.CodeOf(call));
        Assert.Equal(SyncProblems.Unpaired, await TestAgent.CodeOf(exchange));
        Assert.Equal("agent.revoked|person", house.Dump("SELECT action, actor_kind FROM audit_entry WHERE action = 'agent.revoked' AND workspace_id = @w", ("@w", workspace.ToString())));
    }

    [Fact]
    public async Task AnAgentEndsItsOwnPairing()
    {
        using var left = await agent.SendAsync(HttpMethod.Delete, SyncPaths.AgentOf(agent.Pairing.WorkspaceId));
        using var call = await agent.SendAsync(HttpMethod.Get, house.In("/sync/test", workspace));

        Assert.Equal(HttpStatusCode.NoContent, left.StatusCode);
        Assert.Equal(SyncProblems.Unpaired, await TestAgent.CodeOf(call));
        Assert.Equal("agent.revoked|agent", house.Dump("SELECT action, actor_kind FROM audit_entry WHERE action = 'agent.revoked' AND workspace_id = @w", ("@w", workspace.ToString())));
    }

    /// <summary>Whoever paired it is suspended, or loses the permission: the agent rests, and works again when they are back.</summary>
    [Fact]
    [Trait("claim", "B25")]
    [Trait("claim", "C13")]
    public async Task AnAgentRestsWhileItsMakerMayNot()
    {
        var admin = house.Person(workspace, Role.Admin);
        using var theirs = await TestAgent.PairedAsync(house.Server, workspace, Principal.Person(admin));
        var token = await theirs.TokenAsync();
        house.Memberships.Suspend(Principal.Operator, workspace, admin);
        Assert.Equal(403, await CallAsync(token));
        using (var exchange = await theirs.ExchangeAsync(theirs.Signed(theirs.Claims())))
        {
            Assert.Equal("suspended", await TestAgent.CodeOf(exchange));
        }

        house.Memberships.Unsuspend(Principal.Operator, workspace, admin);
        Assert.Equal(200, await CallAsync(token));
        house.Memberships.ChangeRole(Principal.Operator, workspace, admin, Role.Viewer, []);
        Assert.Equal(403, await CallAsync(token));
    }

    [Fact]
    [Trait("claim", "C24")]
    [Trait("action", nameof(AuditActions.KeyRotated))]
    public async Task TheOldKeyVouchesForTheNewOne_ForAYear()
    {
        var old = agent.Pairing.ServerKey;
        var token = await agent.TokenAsync();
        var current = house.Server.Get<ServerKeys>().Rotate();
        Assert.NotEqual(old, current);
        Assert.Equal(401, await CallAsync(token)); // signed with the old key of tokens: simply asked for anew

        var claims = agent.Claims();
        var answer = await AnswerAsync(claims);
        Assert.True(IdentityKey.Verify(Base64Url.DecodeFromChars(old), ServerProof.TokenBytes(claims.Jti, answer.AccessToken, answer.ExpiresAt), Base64Url.DecodeFromChars(answer.Proof)));
        Assert.Equal(current, answer.Rollover!.ServerKey);
        Assert.True(IdentityKey.Verify(Base64Url.DecodeFromChars(old), ServerProof.RolloverBytes(old, current), Base64Url.DecodeFromChars(answer.Rollover.Signature)));
        Assert.Equal(200, await CallAsync(answer.AccessToken));
        Assert.Null((await AnswerAsync(agent.Claims() with { Srv = current })).Rollover);
        Assert.Equal("1", house.Dump("SELECT count(*) FROM audit_entry WHERE action = 'key.rotated'"));

        house.Dump("UPDATE server_key SET retired_at = retired_at - @year", ("@year", (long)ServerKeys.RetiredFor.TotalSeconds));
        house.Server.Workspaces.Changes.Changed();
        using var late = await agent.ExchangeAsync(agent.Signed(agent.Claims()));
        Assert.Equal(SyncProblems.WrongServer, await TestAgent.CodeOf(late));
    }

    private async Task<TokenAnswer> AnswerAsync(AssertionClaims claims)
    {
        using var response = await agent.ExchangeAsync(agent.Signed(claims));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync(ProtocolJson.Default.TokenAnswer, TestContext.Current.CancellationToken))!;
    }

    [Fact]
    [Trait("claim", "C7")]
    [Trait("action", nameof(AuditActions.AgentSeenElsewhere))]
    public async Task ATokenThatComesFromTwoAddressesIsTold_Once()
    {
        var (token, fresh) = (await TokenAsync(), await TokenAsync());
        string Told() => house.Dump($"SELECT count(*), max(ip) FROM audit_entry WHERE action = 'agent.seen_elsewhere' AND target_id = '{agent.Pairing.AgentId}'");

        // The other protocol's address, and another one of the same network of IPv6, are the same PC's.
        foreach (var from in (string[])["203.0.113.7", "2001:db8:1:2::7", "2001:db8:1:2::8", "203.0.113.7"])
        {
            Assert.Equal(200, await CallAsync(token, from: from));
        }

        Assert.StartsWith("0", Told(), StringComparison.Ordinal);
        Assert.Equal(200, await CallAsync(token, from: "198.51.100.9"));
        Assert.Equal(200, await CallAsync(token, from: "203.0.113.7"));
        Assert.Equal("1|198.51.100.9", Told());

        // With a token of its own it may be where it likes.
        Assert.Equal(200, await CallAsync(fresh, from: "192.0.2.44"));
        Assert.Equal("1|198.51.100.9", Told());
    }

    private async Task<string> TokenAsync()
    {
        using var response = await agent.ExchangeAsync(agent.Signed(agent.Claims()));
        return (await response.Content.ReadFromJsonAsync(ProtocolJson.Default.TokenAnswer, TestContext.Current.CancellationToken))!.AccessToken;
    }

    private async Task<int> CallAsync(string token, string? where = null, string from = "127.0.0.1")
    {
        using var response = await house.Server.SendAsync(HttpMethod.Get, $"/api/v1/workspaces/{where ?? workspace.ToString()}/sync/test", token, null, ("X-Forwarded-For", from));
        return (int)response.StatusCode;
    }

    private static JsonElement Part(string token, int part) => JsonElement.Parse(Base64Url.DecodeFromChars(token.Split('.')[part]));

    private static string Changed(string part, string from, string to)
    {
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));
        Assert.Contains(from, text, StringComparison.Ordinal);
        return Encoded(text.Replace(from, to, StringComparison.Ordinal));
    }

    private static string Encoded(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}

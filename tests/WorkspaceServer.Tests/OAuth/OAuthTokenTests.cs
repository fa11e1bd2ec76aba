using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Consent;
using WorkspaceServer.Features.OAuth.Exchange;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Attack;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>Codes and tokens: what they give, once, and to whom.</summary>
public sealed class OAuthTokenTests(OAuthFixture fixture) : IClassFixture<OAuthFixture>
{
    private readonly OAuthHouse house = fixture.House;

    [Fact]
    [Trait("claim", "A14")]
    [Trait("claim", "B13")]
    [Trait("action", nameof(AuditActions.OAuthTokenIssued))]
    public async Task ACodeGivesTokensThatOpenTheWorkspace()
    {
        var client = await house.RegisterAsync();
        var (status, body) = await house.ExchangeAsync(client, await house.CodeAsync(client), resource: house.Origin + "/mcp");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("Bearer", 900, "tables:read"), (body.GetProperty("token_type").GetString(), body.GetProperty("expires_in").GetInt32(), body.GetProperty("scope").GetString()));
        var called = await house.CallAsync(body.GetProperty("access_token").GetString()!);
        Assert.Equal(HttpStatusCode.OK, called.Status);
        Assert.Contains("\"tables\":[]", called.Body, StringComparison.Ordinal);
        Assert.Equal("oauth_token.issued|token", Trail(client, "with actor"));
    }

    [Theory]
    [Trait("claim", "A14")]
    [InlineData("verifier")]
    [InlineData("no verifier")]
    [InlineData("redirect")]
    [InlineData("resource")]
    [InlineData("client")]
    [InlineData("code")]
    public async Task AWrongExchangeIsRefusedAndDoesNotUseUpTheCode(string wrong)
    {
        var client = await house.RegisterAsync();
        var code = await house.CodeAsync(client);
        var (status, body) = wrong switch
        {
            "verifier" => await house.ExchangeAsync(client, code, new string('x', 43)),
            "no verifier" => await house.ExchangeAsync(client, code, verifier: null),
            "redirect" => await house.ExchangeAsync(client, code, redirect: OAuthHouse.Redirect + "/"),
            "resource" => await house.ExchangeAsync(client, code, resource: "https://other.example/mcp"),
            "client" => await house.ExchangeAsync(await house.RegisterAsync(), code),
            _ => await house.ExchangeAsync(client, code[..^1] + (code[^1] == 'A' ? 'B' : 'A')),
        };

        Assert.Equal(
            (HttpStatusCode.BadRequest, wrong switch { "no verifier" => "invalid_request", "resource" => "invalid_target", _ => "invalid_grant" }),
            (status, body.GetProperty("error").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await house.ExchangeAsync(client, code)).Status);
    }

    [Theory]
    [Trait("claim", "A14")]
    [InlineData(59, HttpStatusCode.OK)]
    [InlineData(60, HttpStatusCode.BadRequest)]
    public async Task ACodeIsGoodForAMinute(int seconds, HttpStatusCode expected)
    {
        var client = await house.RegisterAsync();
        var code = await house.CodeAsync(client);
        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(expected, (await house.ExchangeAsync(client, code)).Status);
        Assert.Equal(TimeSpan.FromSeconds(60), ConsentDesk.CodeLifetime);
    }

    [Fact]
    [Trait("claim", "A14")]
    [Trait("action", nameof(AuditActions.OAuthTokenReused))]
    public async Task ACodeThatComesAgainEndsWhatItGave()
    {
        var client = await house.RegisterAsync();
        var code = await house.CodeAsync(client);
        var first = await house.ExchangeAsync(client, code);
        var again = await house.ExchangeAsync(client, code);

        Assert.Equal("invalid_grant", again.Body.GetProperty("error").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.CallAsync(first.Body.GetProperty("access_token").GetString()!)).Status);
        Assert.Equal("invalid_grant", (await house.RefreshAsync(client, first.Body.GetProperty("refresh_token").GetString()!)).Body.GetProperty("error").GetString());
        Assert.Equal("oauth_token.issued\noauth_token.reused", Trail(client));
    }

    [Fact]
    [Trait("claim", "B13")]
    public async Task ARefreshTokenIsReplacedEachTime()
    {
        var connected = await house.ConnectAsync();
        house.Accounts.Clock.Advance(TokenDesk.AccessLifetime);
        var expired = await house.CallAsync(connected.Access);
        var (status, body) = await house.RefreshAsync(connected.Client, connected.Refresh);

        Assert.Equal(HttpStatusCode.Unauthorized, expired.Status);
        Assert.Contains("error=\"invalid_token\"", expired.Challenge, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotEqual(connected.Refresh, body.GetProperty("refresh_token").GetString());
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(body.GetProperty("access_token").GetString()!)).Status);
    }

    [Fact]
    [Trait("claim", "B13")]
    public async Task WithinTheGraceTimeTheSameRefreshGivesTheSameAnswer()
    {
        var connected = await house.ConnectAsync();
        var first = await house.RefreshAsync(connected.Client, connected.Refresh);
        house.Accounts.Clock.Advance(TokenDesk.Grace - TimeSpan.FromSeconds(1));
        var second = await house.RefreshAsync(connected.Client, connected.Refresh);

        Assert.True(TokenDesk.Grace <= TimeSpan.FromSeconds(30));
        Assert.Equal(PairOf(first.Body), PairOf(second.Body));
        Assert.Equal(900 - 29, second.Body.GetProperty("expires_in").GetInt32());
        // Another client gets nothing for it, and ends nothing by it.
        Assert.Equal("invalid_grant", (await house.RefreshAsync(await house.RegisterAsync(), connected.Refresh)).Body.GetProperty("error").GetString());
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(PairOf(first.Body).Access)).Status);
    }

    [Fact]
    [Trait("claim", "B13")]
    [Trait("action", nameof(AuditActions.OAuthTokenReused))]
    public async Task ARefreshTokenThatComesAgainLaterEndsTheWholeFamily()
    {
        var connected = await house.ConnectAsync();
        var first = PairOf((await house.RefreshAsync(connected.Client, connected.Refresh)).Body);
        house.Accounts.Clock.Advance(TokenDesk.Grace);
        var again = await house.RefreshAsync(connected.Client, connected.Refresh);

        Assert.Equal("invalid_grant", again.Body.GetProperty("error").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.CallAsync(first.Access)).Status);
        Assert.Equal("invalid_grant", (await house.RefreshAsync(connected.Client, first.Refresh)).Body.GetProperty("error").GetString());
        Assert.Equal("oauth_token.issued\noauth_token.issued\noauth_token.reused", Trail(connected.Client));
    }

    [Fact]
    [Trait("claim", "B13")]
    public async Task OfFiftyRefreshesAtOnceAllGetTheAnswerOfOne()
    {
        for (var trial = 0; trial < AttackRun.Races; trial++)
        {
            var connected = await house.ConnectAsync();
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => house.RefreshAsync(connected.Client, connected.Refresh)));

            Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.OK, answer.Body.ToString()));
            Assert.Single(answers.Select(answer => PairOf(answer.Body)).Distinct());
            // The first pair and the one that replaced it; no other was ever made.
            Assert.Equal("2|2", house.Dump(
                "SELECT (SELECT count(*) FROM oauth_refresh WHERE grant_id = oauth_grant.id), (SELECT count(*) FROM oauth_access WHERE grant_id = oauth_grant.id) FROM oauth_grant WHERE client_id = @client",
                ("@client", connected.Client)));
        }
    }

    [Fact]
    [Trait("claim", "A14")]
    public async Task OfFiftyUsesOfOneCodeOneIsFirstAndNothingSurvives()
    {
        for (var trial = 0; trial < AttackRun.Races; trial++)
        {
            var client = await house.RegisterAsync();
            var code = await house.CodeAsync(client);
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => house.ExchangeAsync(client, code)));
            var winner = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);

            Assert.Equal(HttpStatusCode.Unauthorized, (await house.CallAsync(PairOf(winner.Body).Access)).Status);
            Assert.Equal("1", house.Dump("SELECT count(*) FROM oauth_access JOIN oauth_grant ON id = grant_id WHERE client_id = @client", ("@client", client)));
        }
    }

    [Fact]
    [Trait("claim", "A16")]
    [Trait("claim", "A20")]
    [Trait("claim", "A21")]
    public async Task NothingThatIsStoredGivesAToken()
    {
        var secrets = new List<string>();
        var connected = await house.ConnectAsync();
        secrets.AddRange([connected.Access, connected.Refresh]);
        for (var i = 0; i < 50; i++)
        {
            var pair = PairOf((await house.RefreshAsync(connected.Client, secrets[^1])).Body);
            secrets.AddRange([pair.Access, pair.Refresh]);
        }

        // Every row of every table.
        var dump = string.Join('\n', house.Dump("SELECT name FROM sqlite_schema WHERE type = 'table'").Split('\n').Select(table => house.Dump($"SELECT * FROM {table}")));
        Assert.Equal(102, secrets.Distinct().Count());
        Assert.All(secrets, secret =>
        {
            // 43 digits of base62 hold 256 bits, 6 more a checksum.
            Assert.Matches("^wsp_o[ar]t_[0-9A-Za-z]{49}$", secret);
            Assert.DoesNotContain(secret, dump, StringComparison.Ordinal);
            Assert.DoesNotContain(secret[8..^6], house.Server.Logs.All, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(Encoding.ASCII.GetBytes(secret)), dump, StringComparison.Ordinal);
        });
        Assert.Contains(Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(secrets[^2]))), dump, StringComparison.Ordinal);
        Assert.Equal("32|32", house.Dump("SELECT DISTINCT length(oauth_access.sha256), length(oauth_refresh.sha256) FROM oauth_access, oauth_refresh"));

        // The sealed answers are gone once they are of no use.
        house.Accounts.Clock.Advance(TokenDesk.Grace);
        await house.RefreshAsync(connected.Client, secrets[^1]);
        Assert.Equal("1", house.Dump("SELECT count(*) FROM oauth_refresh JOIN oauth_grant ON id = grant_id WHERE client_id = @client AND answer IS NOT NULL", ("@client", connected.Client)));
    }

    [Fact]
    public async Task MoreThanWasGrantedTakesAnotherConsentAndNoRefresh()
    {
        var connected = await house.ConnectAsync();
        var more = await house.RefreshAsync(connected.Client, connected.Refresh, "tables:read search");
        var same = await house.RefreshAsync(connected.Client, connected.Refresh, "tables:read");

        Assert.Equal("invalid_scope", more.Body.GetProperty("error").GetString());
        Assert.Equal(HttpStatusCode.OK, same.Status);
    }

    [Fact]
    [Trait("claim", "E7")]
    [Trait("action", nameof(AuditActions.OAuthRevoked))]
    public async Task AClientGivesItsTokensBack()
    {
        var connected = await house.ConnectAsync();
        var unknown = await house.PostAsync("/oauth/revoke", ("client_id", connected.Client), ("token", "wsp_oat_unknown"));
        var foreign = await house.PostAsync("/oauth/revoke", ("client_id", await house.RegisterAsync()), ("token", connected.Refresh));
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(connected.Access)).Status);
        var access = await house.PostAsync("/oauth/revoke", ("client_id", connected.Client), ("token", connected.Access));
        var withoutAccess = await house.CallAsync(connected.Access);
        var next = PairOf((await house.RefreshAsync(connected.Client, connected.Refresh)).Body);
        var refresh = await house.PostAsync("/oauth/revoke", ("client_id", connected.Client), ("token", next.Refresh), ("token_type_hint", "access_token"));

        // RFC 7009, sections 2.1 and 2.2.
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (unknown.Status, foreign.Status));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (access.Status, refresh.Status));
        Assert.Equal(HttpStatusCode.Unauthorized, withoutAccess.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.CallAsync(next.Access)).Status);
        Assert.EndsWith("oauth_grant.revoked", Trail(connected.Client), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grant_type=authorization_code&grant_type=authorization_code&client_id=CLIENT&code=x&code_verifier=y", "invalid_request")]
    [InlineData("grant_type=password&client_id=CLIENT&username=a&password=b", "unsupported_grant_type")]
    [InlineData("grant_type=client_credentials&client_id=CLIENT", "unsupported_grant_type")]
    [InlineData("client_id=CLIENT", "invalid_request")]
    [InlineData("grant_type=refresh_token&refresh_token=x", "invalid_request")]
    [InlineData("grant_type=refresh_token&client_id=CLIENT&refresh_token=eyJhbGciOiJub25lIn0.e30.", "invalid_grant")]
    [InlineData("grant_type=refresh_token&client_id=nobody&refresh_token=x", "invalid_client")]
    public async Task AMistakeIsNamedAsTheStandardNamesIt(string form, string error)
    {
        using var body = new StringContent(form.Replace("CLIENT", await house.RegisterAsync(), StringComparison.Ordinal), Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await house.Server.Http.PostAsync("/oauth/token", body, TestContext.Current.CancellationToken);

        Assert.Equal(error, (await OAuthHouse.JsonOf(response)).GetProperty("error").GetString());
        Assert.Equal(error == "invalid_client" ? HttpStatusCode.Unauthorized : HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    /// <summary>What the audit log has of the client's tokens; the consent before them is another test's.</summary>
    private string Trail(string client, string columns = "action") => columns == "action"
        ? house.Dump("SELECT action FROM audit_entry JOIN oauth_grant ON id = target_id WHERE client_id = @client AND action <> 'oauth_grant.granted' ORDER BY seq", ("@client", client))
        : house.Dump("SELECT action, actor_kind FROM audit_entry JOIN oauth_grant ON id = target_id AND id = actor_id WHERE client_id = @client ORDER BY seq", ("@client", client));

    private static (string Access, string Refresh) PairOf(JsonElement body) => (body.GetProperty("access_token").GetString()!, body.GetProperty("refresh_token").GetString()!);
}

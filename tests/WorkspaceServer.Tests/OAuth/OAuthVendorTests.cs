using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>Connections shaped as the large vendors make them: their callbacks, their habits.</summary>
public sealed class OAuthVendorTests(OAuthFixture fixture) : IClassFixture<OAuthFixture>
{
    private readonly OAuthHouse house = fixture.House;

    /// <summary>claude.ai registers more than once for one connection, refreshes from two machines at once, and has to notice that it was forgotten.</summary>
    [Fact]
    [Trait("claim", "A15")]
    [Trait("claim", "E7")]
    [Trait("claim", "B13")]
    public async Task AsClaudeDoes()
    {
        await using var own = await OAuthHouse.StartAsync();
        await own.RegisterAsync("https://claude.ai/api/mcp/auth_callback", "Claude");
        var client = await own.RegisterAsync("https://claude.ai/api/mcp/auth_callback", "Claude");
        var (_, tokens) = await own.ExchangeAsync(client, await own.CodeAsync(client, ("scope", "tables:read search")), resource: own.Origin + "/mcp");
        var refresh = tokens.GetProperty("refresh_token").GetString()!;
        var answers = await Task.WhenAll(RefreshFromAsync(own, "160.79.104.1", client, refresh), RefreshFromAsync(own, "160.79.104.2", client, refresh));
        var last = answers[1].GetProperty("access_token").GetString()!;

        Assert.Equal(answers[0].GetProperty("access_token").GetString(), last);
        Assert.Equal(HttpStatusCode.OK, (await own.CallAsync(last)).Status);

        // Half a year later the grant is long over and the client forgotten; it registers again and connects.
        own.Accounts.Clock.Advance(TimeSpan.FromDays(200));
        await own.RegisterAsync();
        var (status, body) = await own.RefreshAsync(client, answers[0].GetProperty("refresh_token").GetString()!);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (status, body.GetProperty("error").GetString()));
        Assert.Equal(TimeSpan.FromDays(90), RegisterClient.KeptOver);
        var back = await own.RegisterAsync();
        var browser = await own.Accounts.SignInAsync();
        var code = OAuthHouse.In((await own.AllowAsync(own.AuthorizePath(back), browser)).Location, "code")!;
        Assert.Equal(HttpStatusCode.OK, (await own.ExchangeAsync(back, code)).Status);
    }

    /// <summary>ChatGPT has a callback for each connector, sends scopes of others along, and names the resource in both requests.</summary>
    [Fact]
    [Trait("claim", "E7")]
    public async Task AsChatGptDoes()
    {
        const string callback = "https://chatgpt.com/connector/oauth/c0ffee0123456789";
        var client = await house.RegisterAsync(callback, "ChatGPT");
        var page = await house.AllowAsync(house.AuthorizePath(client, ("redirect_uri", callback), ("scope", "tables:read search offline_access openid")), null, ("search", "true"));
        var (status, tokens) = await house.ExchangeAsync(client, OAuthHouse.In(page.Location, "code")!, redirect: callback, resource: house.Origin + "/mcp");

        Assert.StartsWith(callback + "?code=", page.Location, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "tables:read search"), (status, tokens.GetProperty("scope").GetString()));
        // Deep research asks for tools of these two names.
        var access = tokens.GetProperty("access_token").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(access, "search", """{"query":"x"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(access, "fetch", """{"id":"parties/P1"}""")).Status);
    }

    /// <summary>The other callbacks that the two have used; each of them connects, and is refreshed from two machines at once.</summary>
    [Theory]
    [Trait("claim", "E7")]
    [Trait("claim", "B13")]
    [InlineData("https://claude.com/api/mcp/auth_callback")]
    [InlineData("https://chatgpt.com/connector_platform_oauth_redirect")]
    public async Task TheirOtherCallbacksConnectToo(string callback)
    {
        await house.RegisterAsync(callback, "Vendor");
        var client = await house.RegisterAsync(callback, "Vendor");
        var page = await house.AllowAsync(house.AuthorizePath(client, ("redirect_uri", callback)));
        var (_, tokens) = await house.ExchangeAsync(client, OAuthHouse.In(page.Location, "code")!, redirect: callback, resource: house.Origin + "/mcp");
        var refresh = tokens.GetProperty("refresh_token").GetString()!;
        var answers = await Task.WhenAll(RefreshFromAsync(house, "192.0.2.10", client, refresh), RefreshFromAsync(house, "192.0.2.11", client, refresh));

        Assert.StartsWith(callback + "?code=", page.Location, StringComparison.Ordinal);
        Assert.Equal(answers[0].GetProperty("access_token").GetString(), answers[1].GetProperty("access_token").GetString());
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(answers[0].GetProperty("access_token").GetString()!)).Status);
    }

    /// <summary>Clients register with the least scope and ask for more in the step-up: what they once registered with does not bind the person.</summary>
    [Fact]
    [Trait("claim", "E7")]
    public async Task AClientMayAskForMoreThanItRegisteredWith()
    {
        using var registered = await house.Server.Http.PostAsJsonAsync(
            "/oauth/register", new { client_name = "Claude", redirect_uris = new[] { OAuthHouse.Redirect }, token_endpoint_auth_method = "none", scope = "tables:read" }, TestContext.Current.CancellationToken);
        var client = (await OAuthHouse.JsonOf(registered)).GetProperty("client_id").GetString()!;
        var (_, tokens) = await house.ExchangeAsync(client, await house.CodeAsync(client, ("scope", "tables:read search")));

        Assert.Equal("tables:read search", tokens.GetProperty("scope").GetString());
    }

    private static async Task<JsonElement> RefreshFromAsync(OAuthHouse house, string address, string client, string token)
    {
        using var form = new StringContent($"grant_type=refresh_token&client_id={client}&refresh_token={token}", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await house.Server.SendAsync(HttpMethod.Post, "/oauth/token", null, form, ("X-Forwarded-For", address));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await OAuthHouse.JsonOf(response);
    }
}

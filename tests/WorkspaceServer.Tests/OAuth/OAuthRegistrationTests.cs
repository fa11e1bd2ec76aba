using System.Net;
using System.Text;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>Clients that register themselves.</summary>
public sealed class OAuthRegistrationTests(OAuthFixture fixture) : IClassFixture<OAuthFixture>
{
    private readonly OAuthHouse house = fixture.House;

    [Fact]
    [Trait("claim", "A15")]
    [Trait("action", nameof(AuditActions.OAuthClientRegistered))]
    public async Task AClientGetsAnIdAndNoSecret_WhateverItAskedFor()
    {
        var (status, body) = await RegisterAsync("""
            {"client_name":"Claude","redirect_uris":["https://claude.ai/api/mcp/auth_callback"],"token_endpoint_auth_method":"client_secret_post",
             "grant_types":["authorization_code","refresh_token"],"response_types":["code"],"scope":"mcp:read","application_type":"web","logo_uri":"https://claude.ai/logo.png","something_new":{"a":[1]}}
            """);

        // RFC 7591, section 3.2.1.
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Contains("\"token_endpoint_auth_method\":\"none\"", body, StringComparison.Ordinal);
        Assert.Contains("\"client_id_issued_at\":", body, StringComparison.Ordinal);
        Assert.DoesNotContain("client_secret", body, StringComparison.Ordinal);
        var id = System.Text.Json.JsonElement.Parse(body).GetProperty("client_id").GetString();
        Assert.Equal("oauth_client.registered|ok", house.Dump("SELECT action, outcome FROM audit_entry WHERE target_id = @id", ("@id", id)));
    }

    [Theory]
    [Trait("claim", "A15")]
    [InlineData("http://evil.example/cb")]
    [InlineData("http://127.0.0.1.evil.example/cb")]
    [InlineData("http://localhost.evil.example/cb")]
    [InlineData("http://10.0.0.5/cb")]
    [InlineData("https://a.example/cb#fragment")]
    [InlineData("https://*.example/cb")]
    [InlineData("https://user@a.example/cb")]
    [InlineData("https://a.example/c b")]
    [InlineData("https://a.example;script-src/cb")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("vbscript:x")]
    [InlineData("evil:cb")]
    [InlineData("//a.example/cb")]
    [InlineData("/cb")]
    [InlineData("")]
    public async Task ARedirectAddressThatNobodyShouldBeSentToIsRefused(string uri)
    {
        var (status, body) = await RegisterAsync($$"""{"redirect_uris":["{{uri}}"]}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("\"error\":\"invalid_redirect_uri\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://chatgpt.com/connector/oauth/abc")]
    [InlineData("https://claude.com/api/mcp/auth_callback?x=1")]
    [InlineData("http://127.0.0.1:33418/callback")]
    [InlineData("http://localhost/callback")]
    [InlineData("http://[::1]:9/callback")]
    [InlineData("cursor://anysphere.cursor-retrieval/oauth/user-agent/callback")]
    [InlineData("com.example.app:/callback")]
    public async Task ARedirectAddressOfARealClientIsTaken(string uri) =>
        Assert.Equal(HttpStatusCode.Created, (await RegisterAsync($$"""{"redirect_uris":["{{uri}}"]}""")).Status);

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"redirect_uris\":[\"https://a.example/\"],\"redirect_uris\":[\"https://b.example/\"]}")]
    [InlineData("{\"redirect_uris\":[\"https://a.example/\"],\"client_name\":7}")]
    [InlineData("{\"redirect_uris\":[\"https://a.example/\"],\"client_name\":\"a\\u202Eb\"}")]
    [InlineData("{\"redirect_uris\":[\"https://a.example/\"],\"client_name\":\"\\ud800\"}")]
    [InlineData("{\"redirect_uris\":[\"https://a.example/\"],\"grant_types\":[\"implicit\"]}")]
    [InlineData("{\"redirect_uris\":[\"https://a.example/\"],\"response_types\":[\"token\"]}")]
    public async Task MetadataThatIsNoneIsRefused(string json)
    {
        var (status, body) = await RegisterAsync(json);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("\"error\":\"invalid_client_metadata\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyThatIsTooLargeIsNotRead() =>
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await RegisterAsync($$"""{"x":"{{new string('x', 17 * 1024)}}"}""")).Status);

    [Fact]
    [Trait("claim", "A15")]
    public async Task RegistrationsAreLimitedByAddress()
    {
        await using var server = await RunningServer.StartAsync(limits: new LimitOptions { ClientRegistration = 2 });
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            using var body = new StringContent("""{"redirect_uris":["https://a.example/"]}""", Encoding.UTF8, "application/json");
            using var response = await server.Http.PostAsync("/oauth/register", body, TestContext.Current.CancellationToken);
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.TooManyRequests], statuses);
    }

    [Fact]
    [Trait("claim", "A15")]
    public async Task AClientThatNobodyUsesIsForgottenAndToldToRegisterAgain()
    {
        await using var later = await OAuthHouse.StartAsync();
        var (unused, used) = (await later.RegisterAsync(), await later.ConnectAsync());
        later.Accounts.Clock.Advance(RegisterClient.KeptUnused + TimeSpan.FromSeconds(1));
        await later.RegisterAsync();

        var (status, body) = await later.ExchangeAsync(unused, "wsp_oac_x");
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (status, body.GetProperty("error").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await later.RefreshAsync(used.Client, used.Refresh)).Status);
    }

    [Fact]
    [Trait("claim", "E7")]
    public async Task AClientThatRegistersTwiceForOneConnectionConnects()
    {
        var first = await house.RegisterAsync();
        var second = await house.RegisterAsync();
        var code = await house.CodeAsync(second);

        Assert.NotEqual(first, second);
        Assert.Equal("invalid_grant", (await house.ExchangeAsync(first, code)).Body.GetProperty("error").GetString());
        Assert.Equal(HttpStatusCode.OK, (await house.ExchangeAsync(second, code)).Status);
    }

    private async Task<(HttpStatusCode Status, string Body)> RegisterAsync(string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await house.Server.Http.PostAsync("/oauth/register", body);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

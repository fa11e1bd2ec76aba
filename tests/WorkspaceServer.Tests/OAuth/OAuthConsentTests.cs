using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>The question to the person, and what the answer is worth.</summary>
public sealed class OAuthConsentTests(OAuthFixture fixture) : IClassFixture<OAuthFixture>, IAsyncLifetime
{
    private readonly OAuthHouse house = fixture.House;
    private string client = null!;

    public async ValueTask InitializeAsync() => client = await house.RegisterAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Trait("claim", "C30")]
    [Trait("claim", "C15")]
    public async Task ThePageSaysWhoAsksAndTicksTheLeast()
    {
        var page = await house.Browser.GetAsync(house.AuthorizePath(client));

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("Claude wants to read a workspace", page.Body, StringComparison.Ordinal);
        Assert.Contains("Not verified", page.Body, StringComparison.Ordinal);
        Assert.Contains("<b>claude.ai</b>", page.Body, StringComparison.Ordinal);
        Assert.Matches("name=\"tables_read\" value=\"true\" checked", page.Body);
        Assert.DoesNotMatch("name=\"search\" value=\"true\" checked", page.Body);
        Assert.DoesNotMatch("name=\"workspace\" value=\"[0-9a-f]+\" checked", page.Body);
        Assert.Matches("name=\"days\" value=\"90\" checked", page.Body);
        Assert.DoesNotContain("on this computer", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClientOnThisComputerIsShownWithAWarning_WithAnyPort()
    {
        var local = await house.RegisterAsync("http://127.0.0.1:1/callback", "<b>Inspector</b>");
        var path = house.AuthorizePath(local, ("redirect_uri", "http://127.0.0.1:45678/callback"));
        var page = await house.Browser.GetAsync(path);
        var allowed = await house.AllowAsync(path);

        Assert.Contains("Any program on this computer", page.Body, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;Inspector&lt;/b&gt;", page.Body, StringComparison.Ordinal);
        Assert.StartsWith("http://127.0.0.1:45678/callback?code=", allowed.Location, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "E7")]
    [Trait("claim", "C30")]
    [Trait("claim", "C15")]
    [Trait("action", nameof(AuditActions.OAuthGranted))]
    public async Task AYesGivesACodeForWhatWasTicked()
    {
        var page = await house.AllowAsync(house.AuthorizePath(client, ("scope", "tables:read search offline_access")));

        Assert.Equal(HttpStatusCode.SeeOther, page.Status);
        Assert.StartsWith(OAuthHouse.Redirect + "?code=wsp_oac_", page.Location, StringComparison.Ordinal);
        Assert.Equal("state-of-the-client", OAuthHouse.In(page.Location, "state"));
        Assert.Equal(house.Origin, OAuthHouse.In(page.Location, "iss"));
        Assert.Equal($"tables:read|{house.Workspace}|{house.Owner}|50000|{90 * 24 * 3600}", house.Dump("SELECT scopes, workspace_id, person_id, rows_per_day, expires_at - created_at FROM oauth_grant WHERE client_id = @client", ("@client", client)));
        Assert.Equal($"oauth_grant.granted|person|{house.Owner}", house.Dump("SELECT action, actor_kind, actor_id FROM audit_entry JOIN oauth_grant ON id = target_id WHERE client_id = @client", ("@client", client)));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.OAuthDenied))]
    public async Task ANoGoesBackToTheClientAndIsWrittenDown()
    {
        var page = await house.Browser.PostAsync(house.AuthorizePath(client), [("decision", "deny")]);

        Assert.Equal("access_denied", OAuthHouse.In(page.Location, "error"));
        Assert.Equal(house.Origin, OAuthHouse.In(page.Location, "iss"));
        Assert.Equal("state-of-the-client", OAuthHouse.In(page.Location, "state"));
        Assert.Equal("", Grants());
        Assert.Equal($"oauth_grant.denied|{house.Owner}", house.Dump("SELECT action, actor_id FROM audit_entry ORDER BY seq DESC LIMIT 1"));
    }

    /// <summary>What the grey button only discourages, the server refuses.</summary>
    [Theory]
    [InlineData("workspace", "")]
    [InlineData("workspace", "not-a-workspace")]
    [InlineData("tables_read", "")]
    [InlineData("days", "36500")]
    [InlineData("days", "")]
    [InlineData("rows", "0")]
    [InlineData("rows", "-1")]
    [InlineData("rows", "many")]
    [InlineData("rows", "")]
    [InlineData("hidden", "no columns at all")]
    [InlineData("decision", "")]
    public async Task AYesThatIsNotWholeGivesNothing(string field, string value)
    {
        var page = await house.AllowAsync(house.AuthorizePath(client), null, (field, value));

        Assert.DoesNotContain("code=", page.Location ?? "", StringComparison.Ordinal);
        Assert.Equal("", Grants());
    }

    [Fact]
    public async Task AFieldThatThePageDoesNotHaveIsRefused()
    {
        var page = await house.AllowAsync(house.AuthorizePath(client), null, ("scope", "everything"));

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Equal("", Grants());
    }

    [Theory]
    [Trait("claim", "C22")]
    [InlineData(nameof(Role.Viewer))]
    [InlineData(nameof(Role.Member))]
    [InlineData("stranger")]
    public async Task WhoMayNotLetClientsInCannot_WhateverTheirFormSays(string role)
    {
        var email = $"{role}@example.in".ToLowerInvariant();
        var other = await house.Accounts.AddAsync(email);
        if (role != "stranger")
        {
            house.Join(other.Id, Enum.Parse<Role>(role));
        }

        var browser = await house.Accounts.SignInAsync(email);
        var path = house.AuthorizePath(client);
        var shown = await browser.GetAsync(path);
        var page = await house.AllowAsync(path, browser);

        Assert.DoesNotContain(house.Workspace, shown.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, page.Status);
        Assert.Equal("", Grants());
    }

    [Fact]
    public async Task AnotherSitesFormChangesNothing()
    {
        var path = house.AuthorizePath(client);
        var token = (await house.Browser.GetAsync(path)).Token;
        (string, string)[] yes = [("decision", "allow"), ("workspace", house.Workspace), ("tables_read", "true"), ("days", "90"), ("rows", "1")];
        house.Browser.Origin = "https://claude.ai";
        var foreign = await house.Browser.SubmitAsync(path, yes, token);
        house.Browser.Origin = house.Origin;
        var without = await house.Browser.SubmitAsync(path, yes, token: null);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (foreign.Status, without.Status));
        Assert.Equal("", Grants());
    }

    [Fact]
    public async Task ThePageIsNotFramedAndLetsItsFormLeadToTheClientOnly()
    {
        using var response = await house.Server.SendAsync(HttpMethod.Get, house.AuthorizePath(client), null, null, ("Cookie", $"session={house.Browser.Cookies["session"]}"));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));

        Assert.Contains("form-action 'self' https://claude.ai:443;", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
    }

    [Fact]
    public async Task WhoIsNotSignedInSignsInFirstAndComesBackToTheQuestion()
    {
        var path = house.AuthorizePath(client, ("state", new string('s', 600)));
        var stranger = house.Accounts.Browser();
        var page = await stranger.GetAsync(path);
        var signedIn = await stranger.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password), ("return_to", path)]);

        Assert.StartsWith("/sign-in?return_to=", page.Location, StringComparison.Ordinal);
        Assert.Equal(path, signedIn.Location);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(path)).Status);
    }

    /// <summary>RFC 6749, section 4.1.2.1: nobody is sent to an address that is not the client's.</summary>
    [Theory]
    [Trait("claim", "A14")]
    [InlineData("redirect_uri", "https://claude.ai/api/mcp/auth_callback2")]
    [InlineData("redirect_uri", "https://claude.ai/api/mcp/auth_callback/")]
    [InlineData("redirect_uri", "https://claude.ai:444/api/mcp/auth_callback")]
    [InlineData("redirect_uri", "https://claude.ai/api/mcp/../mcp/auth_callback")]
    [InlineData("redirect_uri", "https://claude.ai@evil.example/api/mcp/auth_callback")]
    [InlineData("redirect_uri", "https://claude.ai.evil.example/api/mcp/auth_callback")]
    [InlineData("redirect_uri", "HTTPS://CLAUDE.AI/api/mcp/auth_callback")]
    [InlineData("redirect_uri", "https://claude.ai/api/mcp/auth_callback?x=1")]
    [InlineData("redirect_uri", "//evil.example")]
    [InlineData("redirect_uri", null)]
    [InlineData("client_id", "nobody")]
    [InlineData("client_id", null)]
    public async Task AForeignAddressOrClientIsAnsweredHere(string parameter, string? value)
    {
        var page = await house.Browser.GetAsync(house.AuthorizePath(client, (parameter, value)));
        var posted = await house.Browser.SubmitAsync(house.AuthorizePath(client, (parameter, value)), [("decision", "deny")], (await house.Browser.GetAsync(house.AuthorizePath(client))).Token);

        Assert.Null(page.Location);
        Assert.Null(posted.Location);
        Assert.True((int)page.Status is 400 or 404);
    }

    [Theory]
    [Trait("claim", "A14")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", null, "unsupported_response_type")]
    [InlineData("resource", "https://other.example/mcp", "invalid_target")]
    [InlineData("resource", "not an address", "invalid_target")]
    [InlineData("scope", "admin everything", "invalid_scope")]
    public async Task AMistakeOfTheClientGoesBackToItInTheWordsOfTheStandard(string parameter, string? value, string error)
    {
        var page = await house.Browser.GetAsync(house.AuthorizePath(client, (parameter, value)));

        Assert.StartsWith(OAuthHouse.Redirect + "?error=", page.Location, StringComparison.Ordinal);
        Assert.Equal(error, OAuthHouse.In(page.Location, "error"));
        Assert.Equal(house.Origin, OAuthHouse.In(page.Location, "iss"));
        Assert.Equal("state-of-the-client", OAuthHouse.In(page.Location, "state"));
    }

    [Theory]
    [InlineData("&scope=search&scope=tables:read", "invalid_request")]
    [InlineData("&resource=https://other.example/mcp", "invalid_request")]
    [InlineData("&code_challenge_method=plain", "invalid_request")]
    [InlineData("&redirect_uri=https://evil.example", null)]
    [InlineData("&client_id=other", null)]
    public async Task AParameterThatIsThereTwiceIsRefused(string more, string? error)
    {
        var page = await house.Browser.GetAsync(house.AuthorizePath(client) + more);

        Assert.Equal(error, page.Location is null ? null : OAuthHouse.In(page.Location, "error"));
        Assert.DoesNotContain("name=\"workspace\"", page.Body, StringComparison.Ordinal);
    }

    /// <summary>A line for each grant of this test's client.</summary>
    private string Grants() => house.Dump("SELECT 1 FROM oauth_grant WHERE client_id = @client", ("@client", client));
}

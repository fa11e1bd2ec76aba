using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>Signing in with any OpenID Connect provider, against a real one on loopback. OpenID Connect Core 1.0, RFC 7636, RFC 9207.</summary>
public sealed class OidcSignInTests : IAsyncLifetime
{
    private ExternalServer external = null!;

    public static TheoryData<string> Forgeries => [.. Forgery.OfIdTokens.Select(forgery => forgery.Name)];

    public async ValueTask InitializeAsync() => external = await ExternalServer.StartOidcAsync();

    public ValueTask DisposeAsync() => external.DisposeAsync();

    [Fact]
    [Trait("claim", "A1")]
    [Trait("claim", "A3")]
    [Trait("action", nameof(AuditActions.SignInSucceeded))]
    [Trait("action", nameof(AuditActions.PersonRegistered))]
    public async Task APersonSignsIn_AndComesBackToWhereTheyWanted()
    {
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser, "/workspaces?page=2");

        Assert.Equal((HttpStatusCode.Found, "/workspaces?page=2"), (response.StatusCode, response.Headers.Location?.OriginalString));
        Assert.True(browser.IsSignedIn);
        var person = Assert.Single(external.People.List());
        Assert.Equal(("asha@sharma.example", "Asha Sharma", SystemRole.User), (person.Email, person.Name, person.Role));
        Assert.Equal(person.Id, external.Store.FindPerson(external.Issuer.Name, "248289761001"));
        Assert.Equal([("person.registered", "ok", null), ("sign_in.succeeded", "ok", null)], external.Audited());
    }

    [Fact]
    [Trait("claim", "A3")]
    public async Task TheProviderIsSentStateNonceAndAChallenge_AndNothingSecret()
    {
        using var browser = new Browser(external.Server);
        await external.GoToIssuerAsync(browser);
        var query = external.Issuer.LastAuthorization!;

        Assert.Equal(
            ["client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "response_mode", "response_type", "scope", "state"],
            query.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("S256", query["code_challenge_method"]);
        // 256 bits each, as base64url (RFC 7636, section 4.1, asks for at least as much).
        Assert.All(new[] { "state", "nonce", "code_challenge" }, name => Assert.Equal(43, query[name].ToString().Length));
        Assert.Equal(3, new[] { "state", "nonce", "code_challenge" }.Select(name => query[name].ToString()).Distinct().Count());
    }

    [Fact]
    public async Task TheSamePersonIsKnownByIssuerAndSubject_WhateverTheirAddressIsNow()
    {
        using var browser = new Browser(external.Server);
        using var first = await external.SignInAsync(browser);
        external.Issuer.Person["email"] = "asha@newname.example";
        external.Issuer.Person["email_verified"] = false;
        using var second = await external.SignInAsync(browser);

        Assert.Equal(HttpStatusCode.Found, second.StatusCode);
        Assert.Equal("asha@sharma.example", Assert.Single(external.People.List()).Email);
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    [Trait("claim", "A1")]
    [Trait("action", nameof(AuditActions.SignInFailed))]
    public async Task AWrongTokenIsRefused_AndRecordedOnce(string name)
    {
        var forgery = Forgery.OfIdTokens.Single(each => each.Name == name);
        forgery.Apply(external.Issuer);
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);

        Assert.Equal((HttpStatusCode.Unauthorized, "sign_in_refused"), await Browser.ReadAsync(response));
        Assert.Equal([("sign_in.failed", "sign_in_refused", forgery.Reason)], external.Audited());
        AssertNobodyIsIn(browser);
    }

    [Fact]
    public async Task ACurvesSignatureIsTaken()
    {
        external.Issuer.Sign = (own, claims) => own.SignWithCurve(claims);
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);

        Assert.True(browser.IsSignedIn);
    }

    [Fact]
    [Trait("claim", "A3")]
    public async Task AReplayedStateIsABadRequest_EvenFromABrowserWithTheSameCookies()
    {
        using var browser = new Browser(external.Server);
        var back = await external.GoToIssuerAsync(browser);
        using var thief = browser.Copy();
        using var first = await browser.GetAsync(back);
        using var again = await browser.GetAsync(back);
        using var stolen = await thief.GetAsync(back);

        Assert.Equal(HttpStatusCode.Found, first.StatusCode);
        Assert.Equal((HttpStatusCode.BadRequest, "sign_in_state_invalid"), await Browser.ReadAsync(again));
        Assert.Equal((HttpStatusCode.BadRequest, "sign_in_state_invalid"), await Browser.ReadAsync(stolen));
        Assert.False(thief.IsSignedIn);
        Assert.Equal(1, external.Issuer.TokenRequests);
        Assert.Equal(["state_of_another_browser", "unknown_or_used_state"], external.Audited().Where(row => row.Reason is not null).Select(row => row.Reason));
    }

    [Fact]
    [Trait("claim", "A3")]
    public async Task OfTwentyThatReplayOneState_OneGetsIn()
    {
        using var browser = new Browser(external.Server);
        var back = await external.GoToIssuerAsync(browser);
        var copies = Enumerable.Range(0, 20).Select(_ => browser.Copy()).ToArray();
        var answers = await Task.WhenAll(copies.Select(copy => copy.GetAsync(back)));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Found));
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        Assert.Equal(1, copies.Count(copy => copy.IsSignedIn));
    }

    [Fact]
    [Trait("claim", "A3")]
    public async Task AWrongNonceIsABadRequest()
    {
        external.Issuer.ChangeClaims = claims => claims["nonce"] = "of-another-sign-in";
        await AssertRefusedAsync(HttpStatusCode.BadRequest, "sign_in_state_invalid", "wrong_nonce");
    }

    [Fact]
    public async Task AMissingNonceIsABadRequest()
    {
        external.Issuer.ChangeClaims = claims => claims.Remove("nonce");
        await AssertRefusedAsync(HttpStatusCode.BadRequest, "sign_in_state_invalid", "wrong_nonce");
    }

    [Fact]
    public async Task ALinkThatSomebodyElseBeganDoesNotSignABrowserIn()
    {
        using var attacker = new Browser(external.Server);
        using var victim = new Browser(external.Server);
        var back = await external.GoToIssuerAsync(attacker);
        await external.GoToIssuerAsync(victim);
        using var response = await victim.GetAsync(back);

        Assert.Equal((HttpStatusCode.BadRequest, "sign_in_state_invalid"), await Browser.ReadAsync(response));
        AssertNobodyIsIn(victim);
    }

    [Fact]
    public async Task AnAttemptIsForgottenAfterTenMinutes()
    {
        using var browser = new Browser(external.Server);
        var back = await external.GoToIssuerAsync(browser);
        external.Clock.Advance(SignInAttempt.Lifetime);
        using var response = await browser.GetAsync(back);

        Assert.Equal((HttpStatusCode.BadRequest, "sign_in_state_invalid"), await Browser.ReadAsync(response));
        AssertNobodyIsIn(browser);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?state=x")]
    [InlineData("?code=x")]
    [InlineData("?state=x&code=y&error=z")]
    [InlineData("?state=x&state=x&code=y")]
    [InlineData("?state=x&code=y&code=y")]
    [InlineData("?state=&code=y")]
    public async Task AMalformedAnswerIsABadRequest(string query)
    {
        using var browser = new Browser(external.Server);
        using var response = await browser.GetAsync("/sign-in/oidc/callback" + query);

        Assert.Equal((HttpStatusCode.BadRequest, "sign_in_state_invalid"), await Browser.ReadAsync(response));
        Assert.Equal([("sign_in.failed", "sign_in_state_invalid", "malformed_answer")], external.Audited());
    }

    [Fact]
    public async Task WhatTheProviderGivesAsItsReasonIsNotRepeated()
    {
        using var browser = new Browser(external.Server);
        var state = new QueryString(new Uri("http://x" + await external.GoToIssuerAsync(browser)).Query).Value!.Split("state=")[1].Split('&')[0];
        using var response = await browser.GetAsync($"/sign-in/oidc/callback?state={state}&error=access_denied&error_description=CALL-0900-NOW");

        Assert.DoesNotContain("CALL-0900-NOW", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal([("sign_in.failed", "sign_in_refused", "refused_by_provider")], external.Audited());
        Assert.DoesNotContain("CALL-0900-NOW", external.Server.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerOfAnotherProviderIsRefused_WhereTheProviderNamesItself()
    {
        external.Issuer.SendsIssuer = true;
        using var browser = new Browser(external.Server);
        using var right = await external.SignInAsync(browser);
        var mixedUp = (await external.GoToIssuerAsync(browser)).Replace("iss=", "iss=https%3A%2F%2Fevil.example%2F", StringComparison.Ordinal);
        using var wrong = await browser.GetAsync(mixedUp);
        var back = await external.GoToIssuerAsync(browser);
        using var silent = await browser.GetAsync(back[..back.IndexOf("&iss=", StringComparison.Ordinal)]);

        Assert.Equal(HttpStatusCode.Found, right.StatusCode);
        Assert.Equal((HttpStatusCode.BadRequest, "sign_in_state_invalid"), await Browser.ReadAsync(wrong));
        Assert.Equal((HttpStatusCode.BadRequest, "sign_in_state_invalid"), await Browser.ReadAsync(silent));
        Assert.Equal(1, external.Issuer.TokenRequests);
    }

    [Fact]
    public async Task AProviderThatTakesTheSecretInTheFormGetsItThere()
    {
        external.Issuer.ChangeMetadata = metadata => metadata["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post");
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);

        Assert.True(browser.IsSignedIn);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task NobodyIsSentToAnotherSite(string returnTo)
    {
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser, returnTo);

        Assert.Equal("/", response.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task NothingOfTheSecretsStandsInLogsOrCookies()
    {
        using var browser = new Browser(external.Server);
        var back = await external.GoToIssuerAsync(browser);
        using var response = await browser.GetAsync(back);
        var code = back.Split("code=")[1].Split('&')[0];

        Assert.Equal(["session"], browser.Cookies);
        Assert.DoesNotContain(code, external.Server.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain(OidcIssuer.ClientSecret, external.Server.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", external.Server.Logs.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(601, false)]
    [InlineData(null, true)]
    public async Task StepUpAsksTheProviderForAFreshProof_AndLooksWhetherItWasOne(int? age, bool isIn)
    {
        if (age is { } seconds)
        {
            external.Issuer.Person["auth_time"] = external.Clock.GetUtcNow().ToUnixTimeSeconds() - seconds;
        }

        using var browser = new Browser(external.Server);
        using var response = await browser.GetAsync(await external.GoToIssuerAsync(browser, "/account/sessions", "/step-up"));

        Assert.Equal("login 0", $"{external.Issuer.LastAuthorization!["prompt"]} {external.Issuer.LastAuthorization["max_age"]}");
        Assert.Equal(isIn, browser.IsSignedIn);
        Assert.Equal(isIn ? null : "not_fresh", external.Audited()[^1].Reason);
    }

    [Fact]
    public async Task ASessionIsAsOldAsTheProofAtTheProvider()
    {
        external.Issuer.Person["auth_time"] = external.Clock.GetUtcNow().ToUnixTimeSeconds() - 3600;
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);
        var person = external.People.List()[0];

        Assert.Equal(external.Clock.GetUtcNow().AddHours(-1), Assert.Single(external.Server.Get<SessionKeeper>().List(person.Id)).AuthenticatedAt);
    }

    [Fact]
    public async Task SigningInAgainEndsTheSessionThatTheBrowserHad()
    {
        using var browser = new Browser(external.Server);
        using var first = await external.SignInAsync(browser);
        using var old = browser.Copy();
        using var second = await external.SignInAsync(browser);

        Assert.True(await ExternalServer.IsInAsync(browser));
        Assert.False(await ExternalServer.IsInAsync(old));
    }

    private void AssertNobodyIsIn(Browser browser)
    {
        Assert.False(browser.IsSignedIn);
        Assert.Empty(external.People.List());
    }

    private async Task AssertRefusedAsync(HttpStatusCode status, string code, string reason)
    {
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);

        Assert.Equal((status, code), await Browser.ReadAsync(response));
        Assert.Equal([("sign_in.failed", code, reason)], external.Audited());
        AssertNobodyIsIn(browser);
    }
}

using System.Net;
using System.Net.Http.Json;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>A session token of Clerk's becomes a session of ours, once.</summary>
public sealed class ClerkSignInTests : IAsyncLifetime
{
    private ExternalServer external = null!;

    public static TheoryData<string> Forgeries => [.. Forgery.OfClerkTokens.Select(forgery => forgery.Name)];

    public async ValueTask InitializeAsync() => external = await ExternalServer.StartClerkAsync();

    public ValueTask DisposeAsync() => external.DisposeAsync();

    [Fact]
    [Trait("claim", "A1")]
    public async Task ATokenIsExchangedForASession()
    {
        using var browser = new Browser(external.Server);
        using var response = await ExternalServer.ExchangeAsync(browser, external.Issuer.SessionToken());

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (response.StatusCode, response.Headers.Location?.OriginalString));
        Assert.True(browser.IsSignedIn);
        Assert.Equal("asha@sharma.example", Assert.Single(external.People.List()).Email);
    }

    [Fact]
    public async Task TheTokenMayComeAsJson()
    {
        using var browser = new Browser(external.Server);
        using var response = await browser.PostAsync("/sign-in/clerk", JsonContent.Create(new { token = external.Issuer.SessionToken(), return_to = "/workspaces" }));

        Assert.Equal("/workspaces", response.Headers.Location?.OriginalString);
        Assert.True(browser.IsSignedIn);
    }

    [Fact]
    public async Task InTheAddressItIsNotLookedAt()
    {
        using var browser = new Browser(external.Server);
        var token = external.Issuer.SessionToken();
        using var response = await browser.PostAsync("/sign-in/clerk?token=" + token, new FormUrlEncodedContent([]));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain(token, external.Server.Logs.All, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    [Trait("claim", "A1")]
    public async Task AWrongTokenIsRefused_AndRecordedOnce(string name)
    {
        var forgery = Forgery.OfClerkTokens.Single(each => each.Name == name);
        forgery.Apply(external.Issuer);
        using var browser = new Browser(external.Server);
        using var response = await ExternalServer.ExchangeAsync(browser, external.Issuer.SessionToken());

        Assert.Equal((HttpStatusCode.Unauthorized, "sign_in_refused"), await Browser.ReadAsync(response));
        Assert.Equal([("sign_in.failed", "sign_in_refused", forgery.Reason)], external.Audited());
        Assert.False(browser.IsSignedIn);
        Assert.Empty(external.People.List());
    }

    [Fact]
    public async Task OfTwentyThatExchangeOneToken_OneGetsASession()
    {
        var token = external.Issuer.SessionToken();
        var browsers = Enumerable.Range(0, 20).Select(_ => new Browser(external.Server)).ToArray();
        var answers = await Task.WhenAll(browsers.Select(browser => ExternalServer.ExchangeAsync(browser, token)));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.SeeOther));
        Assert.Equal(1, browsers.Count(browser => browser.IsSignedIn));
        Assert.Equal(19, external.Audited().Count(row => row.Reason == "token_used_before"));
    }

    [Fact]
    public async Task ATokenWhoseSignatureIsWrittenInAnotherWayIsStillTheSameToken()
    {
        // 2,048 bits are 342 base64url digits, of which the last one carries 2 bits and 4 that mean nothing: sixteen spellings of one signature.
        const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var token = external.Issuer.SessionToken();
        var last = Digits.IndexOf(token[^1], StringComparison.Ordinal);
        using var browser = new Browser(external.Server);
        using var first = await ExternalServer.ExchangeAsync(browser, token);
        foreach (var other in Enumerable.Range(1, 15).Select(step => token[..^1] + Digits[last ^ step]))
        {
            using var thief = new Browser(external.Server);
            using var again = await ExternalServer.ExchangeAsync(thief, other);
            Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        }
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public async Task ATokenIsTakenForSixtySecondsAndFiveMore(int age, bool isTaken)
    {
        var token = external.Issuer.SessionToken();
        external.Clock.Advance(TimeSpan.FromSeconds(age));
        using var browser = new Browser(external.Server);
        using var response = await ExternalServer.ExchangeAsync(browser, token);

        Assert.Equal(isTaken, browser.IsSignedIn);
    }

    [Fact]
    public async Task AnotherSitesPageCannotSignABrowserIn()
    {
        using var browser = new Browser(external.Server);
        using var response = await browser.PostAsync(
            "/sign-in/clerk", new FormUrlEncodedContent([KeyValuePair.Create("token", external.Issuer.SessionToken())]), ("Origin", "https://evil.example"));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.False(browser.IsSignedIn);
    }

    [Fact]
    public async Task WhenTheSessionAtClerkEnds_OursEnds_AndNoOther()
    {
        using var here = new Browser(external.Server);
        using var there = new Browser(external.Server);
        using var first = await ExternalServer.ExchangeAsync(here, external.Issuer.SessionToken());
        using var second = await ExternalServer.ExchangeAsync(there, external.Issuer.SessionToken(claims => claims["sid"] = "sess_other"));
        var signIn = external.Server.Get<ExternalSignIn>();

        Assert.Equal(0, signIn.EndSessionsOf("https://clerk.other.example", "sess_2aBc"));
        Assert.Equal(1, signIn.EndSessionsOf(OidcIssuer.ClerkName, "sess_2aBc"));
        Assert.False(await ExternalServer.IsInAsync(here));
        Assert.True(await ExternalServer.IsInAsync(there));
        Assert.Equal(1, signIn.EndSessionsOfSubject(OidcIssuer.ClerkName, "248289761001"));
        Assert.False(await ExternalServer.IsInAsync(there));
    }

    [Fact]
    public async Task ABodyHasABoundedSize()
    {
        using var browser = new Browser(external.Server);
        using var response = await ExternalServer.ExchangeAsync(browser, new string('x', 40_000));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }
}

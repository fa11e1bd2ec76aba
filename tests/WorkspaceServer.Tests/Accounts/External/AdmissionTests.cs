using System.Net;
using System.Text.Json.Nodes;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>Who may come in once the provider has vouched for them: known by issuer and subject, never by an address.</summary>
public sealed class AdmissionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnAccountWithTheSameAddressIsNotTakenOver(bool mayRegister)
    {
        await using var external = await ExternalServer.StartOidcAsync(auth: new AuthOptions { AllowRegistration = mayRegister });
        var asha = Add(external, "Asha@Sharma.example");
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("workspace-server user link asha@sharma.example 248289761001", answer, StringComparison.Ordinal);
        Assert.Equal([("sign_in.failed", "not_admitted", "email_taken")], external.Audited());
        Assert.False(browser.IsSignedIn);

        Assert.True(external.Store.Link(external.Issuer.Name, "248289761001", asha.Id, external.Clock.GetUtcNow()));
        using var linked = await external.SignInAsync(browser);
        Assert.Equal(HttpStatusCode.Found, linked.StatusCode);
        Assert.Equal(asha.Id, Assert.Single(external.People.List()).Id);
    }

    [Theory]
    [InlineData("another", "248289761001")]
    [InlineData("https://id.sharma.example/realms/books", "another")]
    public async Task ALinkIsForOneIssuerAndOneSubject(string issuer, string subject)
    {
        await using var external = await ExternalServer.StartOidcAsync();
        var asha = Add(external, "asha@sharma.example");
        external.Store.Link(issuer, subject, asha.Id, external.Clock.GetUtcNow());
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task AnIdentityIsLinkedOnce()
    {
        await using var external = await ExternalServer.StartOidcAsync();
        var (asha, ravi) = (Add(external, "asha@sharma.example"), Add(external, "ravi@sharma.example"));

        Assert.True(external.Store.Link("issuer", "subject", asha.Id, external.Clock.GetUtcNow()));
        Assert.False(external.Store.Link("issuer", "subject", ravi.Id, external.Clock.GetUtcNow()));
        Assert.Equal(asha.Id, external.Store.FindPerson("issuer", "subject"));
    }

    [Theory]
    [InlineData("{}", "no_verified_email")]
    [InlineData("""{"email":"new@sharma.example"}""", "no_verified_email")]
    [InlineData("""{"email":"new@sharma.example","email_verified":false}""", "no_verified_email")]
    [InlineData("""{"email":"new@sharma.example","email_verified":"no"}""", "no_verified_email")]
    [InlineData("""{"email":"a@b.example, c@d.example","email_verified":true}""", "no_verified_email")]
    [InlineData("""{"email":"a@b.example\nBcc: x","email_verified":true}""", "no_verified_email")]
    [InlineData("""{"email":"new@sharma.example","email_verified":true}""", null)]
    [InlineData("""{"email":"new@sharma.example","email_verified":"true"}""", null)]
    public async Task SomebodyNewNeedsAnAddressThatTheProviderVouchesFor(string claims, string? reason)
    {
        await using var external = await ExternalServer.StartOidcAsync();
        external.Issuer.Person = JsonNode.Parse(claims)!.AsObject();
        external.Issuer.Person["sub"] = "new";
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);

        Assert.Equal(reason is null, browser.IsSignedIn);
        Assert.Equal(reason, external.Audited()[0].Reason);
        Assert.Equal(reason is null ? 1 : 0, external.People.List().Count);
    }

    [Fact]
    public async Task SomebodyNewStaysOutWhereNobodyMayRegister()
    {
        await using var external = await ExternalServer.StartOidcAsync(auth: new AuthOptions());
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);

        Assert.Equal((HttpStatusCode.Forbidden, "not_admitted"), await Browser.ReadAsync(response));
        Assert.Equal("not_invited", Assert.Single(external.Audited()).Reason);
        Assert.Empty(external.People.List());
    }

    [Fact]
    public async Task SomebodyWhoIsSuspendedStaysOut()
    {
        await using var external = await ExternalServer.StartOidcAsync();
        using var browser = new Browser(external.Server);
        using var first = await external.SignInAsync(browser);
        external.People.Suspend(external.People.List()[0].Id, external.Clock.GetUtcNow());
        Assert.False(await ExternalServer.IsInAsync(browser));
        using var again = await external.SignInAsync(browser);

        Assert.Equal(HttpStatusCode.Forbidden, again.StatusCode);
        Assert.Equal("suspended", external.Audited()[^1].Reason);
    }

    [Theory]
    [InlineData("""["pwd"]""", false)]
    [InlineData("""["pwd","otp","mfa"]""", true)]
    [InlineData("""["hwk"]""", true)]
    [InlineData(null, true)] // The provider says nothing: then its administrator asks for a second factor.
    public async Task AnOperatorWhoUsedAPasswordAloneStaysOut(string? methods, bool isIn)
    {
        await using var external = await ExternalServer.StartOidcAsync();
        var operatorHere = Person.New("asha@sharma.example", "Asha", SystemRole.SuperAdmin, external.Clock.GetUtcNow());
        external.People.Add(operatorHere);
        external.Store.Link(external.Issuer.Name, "248289761001", operatorHere.Id, external.Clock.GetUtcNow());
        if (methods is not null)
        {
            external.Issuer.Person["amr"] = JsonNode.Parse(methods);
        }

        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);

        Assert.Equal(isIn ? null : "no_second_factor", external.Audited()[^1].Reason);
        Assert.Equal(isIn, await ExternalServer.IsInAsync(browser));
    }

    [Theory]
    [InlineData(0, -1, false)]
    [InlineData(0, 0, true)]
    public async Task ClerkSaysWhetherThereWasASecondFactor(int first, int second, bool isIn)
    {
        await using var external = await ExternalServer.StartClerkAsync();
        var operatorHere = Person.New("asha@sharma.example", "Asha", SystemRole.SuperAdmin, external.Clock.GetUtcNow());
        external.People.Add(operatorHere);
        external.Store.Link(external.Issuer.Name, "248289761001", operatorHere.Id, external.Clock.GetUtcNow());
        using var browser = new Browser(external.Server);
        using var response = await ExternalServer.ExchangeAsync(browser, external.Issuer.SessionToken(claims => claims["fva"] = new JsonArray(first, second)));

        Assert.Equal(isIn, browser.IsSignedIn);
    }

    private static Person Add(ExternalServer external, string email)
    {
        var person = Person.New(email, "", SystemRole.User, external.Clock.GetUtcNow());
        Assert.True(external.People.Add(person));
        return person;
    }
}

using System.Net;
using System.Text.Json.Nodes;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>Google and Entra under their own names, with tokens of the shape that they give.</summary>
public sealed class IssuerPresetTests
{
    private const string OtherTenant = "9188040d-6c67-4c5b-b112-36a304b66dad"; // Microsoft's own, of personal accounts

    private static readonly OidcOptions Google = new() { Preset = OidcPreset.Google };
    private static readonly OidcOptions Entra = new() { Preset = OidcPreset.Entra, TenantId = OidcIssuer.TenantId };

    [Fact]
    [Trait("claim", "A3")]
    public async Task AGoogleAccountSignsIn()
    {
        await using var external = await ExternalServer.StartOidcAsync(Google);
        external.Issuer.Person = GooglePerson();

        Assert.Equal(("https://accounts.google.com", HttpStatusCode.Found), (external.Issuer.Name, await SignInAsync(external)));
    }

    [Theory]
    [InlineData("sharma.example", true)]
    [InlineData("SHARMA.example", true)]
    [InlineData("other.example", false)]
    [InlineData(null, false)]
    public async Task AGoogleDomainIsTheOneThatGoogleManages_NotTheOneOfTheAddress(string? managedDomain, bool isIn)
    {
        await using var external = await ExternalServer.StartOidcAsync(Google with { AllowedDomains = ["sharma.example"] });
        external.Issuer.Person = GooglePerson();
        external.Issuer.Person["hd"] = managedDomain;
        if (managedDomain is null)
        {
            external.Issuer.Person.Remove("hd");
        }

        Assert.Equal(isIn ? HttpStatusCode.Found : HttpStatusCode.Forbidden, await SignInAsync(external));
    }

    [Theory]
    [InlineData("asha@sharma.example", true)]
    [InlineData("asha@Sharma.Example", true)]
    [InlineData("asha@other.example", false)]
    [InlineData("asha@sharma.example.other.example", false)]
    public async Task ElsewhereTheDomainIsThatOfTheVerifiedAddress(string email, bool isIn)
    {
        await using var external = await ExternalServer.StartOidcAsync(new OidcOptions { Authority = "https://id.sharma.example", AllowedDomains = ["sharma.example"] });
        external.Issuer.Person["email"] = email;

        Assert.Equal(isIn ? HttpStatusCode.Found : HttpStatusCode.Forbidden, await SignInAsync(external));
    }

    [Fact]
    [Trait("claim", "D27")]
    public async Task APersonOfTheTenantSignsIn()
    {
        await using var external = await ExternalServer.StartOidcAsync(Entra);
        external.Issuer.Person = EntraPerson();

        Assert.Equal(("https://login.microsoftonline.com/5f3e1b52-9d0c-4a4c-8d5b-0b8f1f6f8a11/v2.0", HttpStatusCode.Found), (external.Issuer.Name, await SignInAsync(external)));
    }

    [Theory]
    [InlineData("https://login.microsoftonline.com/" + OtherTenant + "/v2.0", OtherTenant, "wrong_issuer")]
    [InlineData("https://login.microsoftonline.com/" + OtherTenant + "/v2.0", OidcIssuer.TenantId, "wrong_issuer")]
    [InlineData("https://sts.windows.net/" + OidcIssuer.TenantId + "/", OidcIssuer.TenantId, "wrong_issuer")]
    [InlineData("https://login.microsoftonline.com/common/v2.0", OidcIssuer.TenantId, "wrong_issuer")]
    [InlineData(OidcIssuer.EntraName, OtherTenant, "wrong_tenant")]
    [InlineData(OidcIssuer.EntraName, null, "wrong_tenant")]
    [Trait("claim", "D27")]
    public async Task AnotherTenantIsRefused(string issuer, string? tenant, string reason)
    {
        await using var external = await ExternalServer.StartOidcAsync(Entra);
        external.Issuer.Person = EntraPerson();
        external.Issuer.ChangeClaims = claims => (claims["iss"], claims["tid"]) = (issuer, tenant);

        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(external));
        Assert.Equal([("sign_in.failed", "sign_in_refused", reason)], external.Audited());
        Assert.Empty(external.People.List());
    }

    [Fact]
    [Trait("claim", "D27")]
    public async Task AnEntraAddressThatTheTenantDoesNotOwnIsNotBelieved()
    {
        await using var external = await ExternalServer.StartOidcAsync(Entra);
        external.Issuer.Person = EntraPerson();
        external.Issuer.Person.Remove("xms_edov");

        Assert.Equal(HttpStatusCode.Forbidden, await SignInAsync(external));
        Assert.Equal([("sign_in.failed", "not_admitted", "no_verified_email")], external.Audited());
    }

    // As developers.google.com/identity/openid-connect shows the claims of an ID token.
    private static JsonObject GooglePerson() => new()
    {
        ["azp"] = OidcIssuer.ClientId,
        ["sub"] = "10769150350006150715113082367",
        ["email"] = "asha@sharma.example",
        ["email_verified"] = true,
        ["hd"] = "sharma.example",
        ["at_hash"] = "HK6E_P6Dh8Y93mRNtsDB1Q",
        ["name"] = "Asha Sharma",
    };

    // As learn.microsoft.com/entra/identity-platform/id-token-claims-reference shows them, with the optional claim xms_edov.
    private static JsonObject EntraPerson() => new()
    {
        ["ver"] = "2.0",
        ["tid"] = OidcIssuer.TenantId,
        ["oid"] = "00000000-0000-0000-66f3-3332eca7ea81",
        ["sub"] = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
        ["preferred_username"] = "asha@sharma.example",
        ["email"] = "asha@sharma.example",
        ["xms_edov"] = "1",
        ["name"] = "Asha Sharma",
    };

    private static async Task<HttpStatusCode> SignInAsync(ExternalServer external)
    {
        using var browser = new Browser(external.Server);
        using var response = await external.SignInAsync(browser);
        Assert.Equal(response.StatusCode == HttpStatusCode.Found, browser.IsSignedIn);
        return response.StatusCode;
    }
}

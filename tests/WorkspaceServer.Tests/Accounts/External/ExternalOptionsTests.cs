using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Hosting;
using Xunit;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>Which settings of external sign-in stop the server before it listens, and what they are told.</summary>
public sealed class ExternalOptionsTests
{
    private const string Tenant = "5F3E1B52-9D0C-4A4C-8D5B-0B8F1F6F8A11";

    private static readonly (string Key, string Value)[] Client = [("Oidc:ClientId", "id"), ("Oidc:ClientSecret", "secret")];
    private static readonly (string Key, string Value)[] Oidc = [("Auth:Mode", "oidc"), .. Client];
    private static readonly (string Key, string Value)[] Entra = [.. Oidc, ("Oidc:Preset", "entra")];
    private static readonly (string Key, string Value)[] Clerk = [("Auth:Mode", "clerk"), ("Clerk:FrontendApi", "https://clerk.sharma.in"), ("Clerk:AuthorizedParties:0", "https://ws.sharma.in")];

    [Fact]
    public void APresetKnowsItsIssuer()
    {
        Assert.Equal("https://accounts.google.com", Read<OidcOptions>([.. Oidc, ("Oidc:Preset", "google")]).Issuer);
        // In lower case, as Microsoft's tokens have it.
        Assert.Equal("https://login.microsoftonline.com/5f3e1b52-9d0c-4a4c-8d5b-0b8f1f6f8a11/v2.0", Read<OidcOptions>([.. Entra, ("Oidc:TenantId", Tenant)]).Issuer);
        Assert.Equal("https://id.sharma.in/realms/books", Read<OidcOptions>([.. Oidc, ("Oidc:Authority", "https://id.sharma.in/realms/books")]).Issuer);
        Assert.Equal("https://clerk.sharma.in/.well-known/jwks.json", Read<ClerkOptions>(Clerk).KeysAddress.AbsoluteUri);
    }

    [Theory]
    [InlineData("common")]
    [InlineData("organizations")]
    [InlineData("consumers")]
    [InlineData("sharma.in")]
    [InlineData("")]
    [InlineData("{5f3e1b52-9d0c-4a4c-8d5b-0b8f1f6f8a11}")]
    [Trait("claim", "D27")]
    public void EntraWithoutOneTenantStopsTheStart(string tenant) =>
        Assert.Contains("GUID of your tenant", Problem([.. Entra, ("Oidc:TenantId", tenant)]), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://id.sharma.in")]
    [InlineData("http://127.0.0.1:8000")]
    [InlineData("http://localhost")]
    [InlineData("https://id.sharma.in?tenant=x")]
    [InlineData("https://id.sharma.in#x")]
    [InlineData("https://user@id.sharma.in")]
    [InlineData("id.sharma.in")]
    [InlineData("https://ID.sharma.in")]
    public void AnAuthorityThatIsNoIssuerStopsTheStart(string authority) =>
        Assert.Contains("Oidc:Authority: must be the issuer", Problem([.. Oidc, ("Oidc:Authority", authority)]), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://clerk.sharma.in")]
    [InlineData("https://clerk.sharma.in/")]
    [InlineData("https://clerk.sharma.in/v1")]
    public void AFrontendApiThatIsNoOriginStopsTheStart(string address) =>
        Assert.Contains("Clerk:FrontendApi: must be https://", Problem([.. Clerk, ("Clerk:FrontendApi", address)]), StringComparison.Ordinal);

    [Fact]
    public void WhatTheModeNeedsMustBeThere_AndWhatItDoesNotNeedMayBeMissing()
    {
        Assert.Contains("Oidc:Authority: must name the issuer", Problem(Oidc), StringComparison.Ordinal);
        Assert.Contains("Oidc:ClientId: must be set", Problem(("Auth:Mode", "oidc"), ("Oidc:Preset", "google")), StringComparison.Ordinal);
        Assert.Contains("WORKSPACE_Oidc__ClientSecret", Problem(("Auth:Mode", "oidc"), ("Oidc:Preset", "google"), ("Oidc:ClientId", "id")), StringComparison.Ordinal);
        Assert.Contains("Clerk:FrontendApi: must be set", Problem(("Auth:Mode", "clerk")), StringComparison.Ordinal);
        Assert.Contains("Clerk:AuthorizedParties: must name the origin", Problem(Clerk[..2]), StringComparison.Ordinal);
        ReadAll([]);
        ReadAll(Clerk);
    }

    [Theory]
    [InlineData("Oidc:AllowedDomains:0", "*")]
    [InlineData("Oidc:AllowedDomains:0", "localhost")]
    [InlineData("Oidc:TenantId", Tenant)]
    [InlineData("Oidc:Secret", "x")]
    [InlineData("Auth:Mode", "saml")]
    [InlineData("Clerk:AuthorizedParties:0", "*")]
    public void OtherBadSettingsStopTheStart(string key, string value) => Assert.NotEmpty(Problem((key, value)));

    [Fact]
    public void AnAuthorityBesideAPresetStopsTheStart() =>
        Assert.Contains("for preset generic only", Problem([.. Oidc, ("Oidc:Preset", "google"), ("Oidc:Authority", "https://id.sharma.in")]), StringComparison.Ordinal);

    [Fact]
    public void TheClientSecretIsMarkedAsOne() => Assert.Contains("Oidc:ClientSecret", OptionsSections.Secrets(Composition.AllSections()));

    private static string Problem(params (string Key, string Value)[] settings)
    {
        var problem = Assert.Throws<ProblemException>(() => ReadAll(settings));
        Assert.Equal(ExitCodes.BadConfiguration, problem.Code.ExitCode);
        return problem.Message;
    }

    private static T Read<T>((string Key, string Value)[] settings) => ReadAll(settings).Select(section => section.Values).OfType<T>().Single();

    private static IReadOnlyList<(OptionsSection Section, object Values)> ReadAll((string Key, string Value)[] settings)
    {
        // A later one of the same key wins, as in a file that is read after another.
        var values = new Dictionary<string, string?>();
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        using var services = Composition.BuildServices(configuration);
        return OptionsSections.ReadAll(services.GetServices<OptionsSection>(), configuration);
    }
}

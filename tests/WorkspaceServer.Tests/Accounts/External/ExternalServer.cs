using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>The whole server in one of the external modes, and the issuer that it trusts.</summary>
internal sealed class ExternalServer : IAsyncDisposable
{
    private readonly HttpClient issuerClient;

    private ExternalServer(RunningServer server, OidcIssuer issuer, FakeTimeProvider clock)
    {
        (Server, Issuer, Clock) = (server, issuer, clock);
        issuerClient = new HttpClient(issuer.CreateHandler());
        issuer.RedirectAddress = new Uri(server.Url, "/sign-in/oidc/callback").AbsoluteUri;
    }

    public RunningServer Server { get; }

    public OidcIssuer Issuer { get; }

    public FakeTimeProvider Clock { get; }

    public ExternalStore Store => Server.Get<ExternalStore>();

    public PeopleStore People => Server.Get<PeopleStore>();

    public static Task<ExternalServer> StartOidcAsync(OidcOptions? options = null, AuthOptions? auth = null) => StartAsync(
        options ?? new OidcOptions { Authority = "https://id.sharma.example/realms/books" }, new ClerkOptions(), (auth ?? new AuthOptions { AllowRegistration = true }) with { Mode = AuthMode.Oidc });

    public static Task<ExternalServer> StartClerkAsync(AuthOptions? auth = null) => StartAsync(
        new OidcOptions(),
        new ClerkOptions { FrontendApi = OidcIssuer.ClerkName, AuthorizedParties = [OidcIssuer.ClerkParty] },
        (auth ?? new AuthOptions { AllowRegistration = true }) with { Mode = AuthMode.Clerk });

    private static async Task<ExternalServer> StartAsync(OidcOptions oidc, ClerkOptions clerk, AuthOptions auth)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero));
        var issuer = OidcIssuer.Start(auth.Mode == AuthMode.Clerk ? clerk.FrontendApi : oidc.Issuer, clock);
        var change = new WebServerChange(Map: routes => routes
            .MapGet("/test/who", (HttpContext context) => SignedIn.Of(context.User).Email)
            .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("for tests")), AddServices: (services, _) =>
        {
            services.AddSingleton(oidc with { ClientId = OidcIssuer.ClientId, ClientSecret = OidcIssuer.ClientSecret });
            services.AddSingleton(clerk);
            services.AddSingleton(new IssuerHttp(issuer.CreateHandler(), clock));
        });
        return new ExternalServer(await RunningServer.StartAsync(change: change, clock: clock, auth: auth), issuer, clock);
    }

    /// <summary>Begins a sign-in and goes to the issuer, which consents.</summary>
    /// <returns>Where the issuer sends the browser back to.</returns>
    public async Task<string> GoToIssuerAsync(Browser browser, string returnTo = "/", string path = "/sign-in/oidc")
    {
        using var start = await browser.GetAsync($"{path}?return_to={Uri.EscapeDataString(returnTo)}");
        Assert.Equal(HttpStatusCode.Found, start.StatusCode);
        using var consent = await issuerClient.GetAsync(start.Headers.Location);
        Assert.Equal(HttpStatusCode.Found, consent.StatusCode);
        return consent.Headers.Location!.PathAndQuery;
    }

    /// <summary>The whole way through the issuer.</summary>
    public async Task<HttpResponseMessage> SignInAsync(Browser browser, string returnTo = "/") => await browser.GetAsync(await GoToIssuerAsync(browser, returnTo));

    /// <summary>Exchanges a token of Clerk's.</summary>
    public static Task<HttpResponseMessage> ExchangeAsync(Browser browser, string token) =>
        browser.PostAsync("/sign-in/clerk", new FormUrlEncodedContent([KeyValuePair.Create("token", token)]));

    /// <summary>What the audit log has of sign-ins: action, outcome and reason, oldest first.</summary>
    public IReadOnlyList<(string Action, string Outcome, string? Reason)> Audited() =>
    [
        .. Server.Get<AuditStore>().Next(new AuditFilter(), 0, 1000)
            .Where(stored => stored.Row.Action is "sign_in.failed" or "sign_in.succeeded" or "person.registered")
            .Select(stored => (stored.Row.Action, stored.Row.Outcome, (string?)JsonNode.Parse(stored.Row.Details)!["reason"])),
    ];

    /// <summary>Whether the browser's session is good.</summary>
    public static async Task<bool> IsInAsync(Browser browser)
    {
        using var response = await browser.GetAsync("/test/who");
        return response.StatusCode == HttpStatusCode.OK;
    }

    public async ValueTask DisposeAsync()
    {
        issuerClient.Dispose();
        await Server.DisposeAsync();
        await Issuer.DisposeAsync();
    }
}

using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>Another site cannot act in a signed-in browser's name.</summary>
[Trait("claim", "D35")]
public sealed partial class CrossSiteTests : IAsyncLifetime
{
    private AccountsServer accounts = null!;
    private TestBrowser browser = null!;
    private string token = null!;

    public async ValueTask InitializeAsync()
    {
        accounts = await AccountsServer.StartAsync(limits: RunningServer.Unlimited with { Export = 1_000_000 });
        await accounts.AddAsync();
        browser = await accounts.SignInAsync();
        token = (await browser.GetAsync("/account/sessions")).Token!;
    }

    public ValueTask DisposeAsync() => accounts.DisposeAsync();

    [Theory]
    [InlineData("own", "same-origin", true)]
    [InlineData("own", null, true)]
    [InlineData(null, "same-origin", true)]
    [InlineData(null, null, false)]
    [InlineData("https://evil.example", null, false)]
    [InlineData("https://evil.example", "same-origin", false)]
    [InlineData("null", "same-origin", false)]
    [InlineData("http://127.0.0.1:1", "same-origin", false)]
    [InlineData("own", "same-site", false)]
    [InlineData("own", "cross-site", false)]
    [InlineData("own", "none", false)]
    public async Task WhereAFormComesFromIsChecked(string? origin, string? site, bool isTaken)
    {
        (browser.Origin, browser.FetchSite) = (origin == "own" ? browser.Origin : origin, site);

        var answer = await browser.SubmitAsync("/account/sessions/end-others", [], token);

        Assert.Equal(isTaken ? HttpStatusCode.SeeOther : HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal(!isTaken, answer.Body.Contains("cross_site_request", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFormWithoutItsTokenIsRefused()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SubmitAsync("/account/sessions/end-others", [], null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SubmitAsync("/account/sessions/end-others", [], token[..^2] + "xx")).Status);
    }

    [Fact]
    public async Task SomebodyElsesTokenIsRefused()
    {
        await accounts.AddAsync("mallory@example.in");
        var mallory = await accounts.SignInAsync("mallory@example.in");
        var own = (await mallory.GetAsync("/account/sessions")).Token;

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SubmitAsync("/account/sessions/end-others", [], own)).Status);
        browser.Cookies["form"] = mallory.Cookies["form"];
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SubmitAsync("/account/sessions/end-others", [], own)).Status);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/sign-in/code")]
    [InlineData("/sign-in/link")]
    [InlineData("/sign-in/link/use")]
    [InlineData("/forgot-password")]
    [InlineData("/choose-password")]
    [InlineData("/setup")]
    public async Task FormsOfStrangersAreCheckedToo(string path)
    {
        var stranger = accounts.Browser();

        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.SubmitAsync(path, [("email", "asha@example.in")], null)).Status);
        stranger.Origin = "https://evil.example";
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.SubmitAsync(path, [], (await stranger.GetAsync("/sign-in")).Token)).Status);
    }

    /// <summary>Everything that changes something in a signed-in person's name, and every form of a stranger; found by the server's own list, so a new one is in it.</summary>
    [Fact]
    [Trait("claim", "D3")]
    [Trait("claim", "A72")]
    public async Task EveryChangeIsRefused_WithoutTheFormsToken_AndFromAnotherOrigin()
    {
        var (key, _) = await accounts.EnrolAsync(await accounts.AddAsync("devika@rao.example", SystemRole.SuperAdmin));
        var super = accounts.Server.Get<PeopleStore>().FindByEmail("devika@rao.example")!;
        using (var connection = accounts.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, accounts.Server.Workspace, super.Id, Role.Owner, accounts.Clock.GetUtcNow());
        }

        accounts.Server.Workspaces.Changes.Changed();
        var person = await accounts.SignInAsync(key, "devika@rao.example");
        var own = (await person.GetAsync("/account/sessions")).Token!;
        var changes = accounts.Server.Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Any(method => method is "POST" or "PUT" or "PATCH" or "DELETE") == true)
            .Where(endpoint => endpoint.Metadata.GetMetadata<Guard>()!.Authority is not (Authority.TokenAuthority or Authority.AgentAuthority))
            // Without a session nothing is done in anybody's name: these take what a program knows itself. See ENDPOINTS.md.
            .Where(endpoint => endpoint.Metadata.GetMetadata<Guard>()!.Authority is not Authority.AnyoneAuthority || endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is not null)
            .Where(endpoint => endpoint.RoutePattern.RawText is not ("/oauth/register" or "/oauth/token" or "/oauth/revoke"))
            .ToArray();
        var wrong = new List<string>();
        foreach (var endpoint in changes)
        {
            var path = Parameter().Replace(endpoint.RoutePattern.RawText!.Replace("{workspace}", accounts.Server.Workspace.ToString(), StringComparison.Ordinal), "x");
            var method = new HttpMethod(endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]);
            // What is counted strictly, such as sign-in, would be refused for another reason after some tries.
            accounts.Clock.Advance(TimeSpan.FromSeconds(3));
            foreach (var (origin, token) in new[] { (person.Origin, null), ("https://evil.example", own) })
            {
                var mine = person.Copy();
                mine.Origin = origin;
                var answer = await mine.SendAsync(method, path, token);
                if (answer.Status != HttpStatusCode.Forbidden || !answer.Body.Contains("cross_site_request", StringComparison.Ordinal))
                {
                    wrong.Add($"{method} {path} from {origin}: {(int)answer.Status} {answer.Location}");
                }
            }
        }

        Assert.True(changes.Length > 80, $"{changes.Length} endpoints");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Theory]
    [InlineData("is_admin")]
    [InlineData("Email")]
    public async Task AFieldThatNobodyAskedForIsRefused(string field)
    {
        var stranger = accounts.Browser();

        var answer = await stranger.PostAsync("/sign-in", [("email", "a@b.in"), ("password", "x"), (field, "1")]);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("bad_request", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFormWithTooManyFieldsIsRefused()
    {
        var stranger = accounts.Browser();

        var answer = await stranger.PostAsync("/sign-in", Enumerable.Range(0, 1_500).Select(i => ($"f{i}", "")));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task AFormThatIsTooLargeIsRefused()
    {
        var stranger = accounts.Browser();

        var answer = await stranger.PostAsync("/sign-in", [("email", "a@b.in"), ("password", new string('x', 17 * 1024))]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
    }

    [GeneratedRegex("\\{[^}]*\\}")]
    private static partial Regex Parameter();
}

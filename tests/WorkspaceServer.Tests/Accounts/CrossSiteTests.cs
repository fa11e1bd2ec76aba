using System.Net;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>Another site cannot act in a signed-in browser's name.</summary>
[Trait("claim", "D35")]
public sealed class CrossSiteTests : IAsyncLifetime
{
    private AccountsServer accounts = null!;
    private TestBrowser browser = null!;
    private string token = null!;

    public async ValueTask InitializeAsync()
    {
        accounts = await AccountsServer.StartAsync();
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
}

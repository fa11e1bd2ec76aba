using System.Net;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>Links that sign in, choose a password, make an account and set up the server: each once, in time, for the right browser.</summary>
public sealed class LinkTests : IAsyncLifetime
{
    private const string New = "green parrots over the roof";
    private AccountsServer accounts = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => accounts = await AccountsServer.StartAsync(
        AccountsServer.Cheap with { AllowRegistration = true }, new ServerOptions { PublicUrl = "http://ws.example.in" });

    public ValueTask DisposeAsync() => accounts.DisposeAsync();

    [Fact]
    [Trait("claim", "A4")]
    [Trait("claim", "D29")]
    public async Task ALinkSignsInOnce_InTheBrowserThatAsked()
    {
        await accounts.AddAsync();
        var browser = accounts.Browser();
        var link = await AskAsync(browser);
        Assert.Equal("http://ws.example.in/sign-in/link", link.GetLeftPart(UriPartial.Path));

        // Looking at it, as programs that check mails do, uses nothing up.
        Assert.Equal(HttpStatusCode.OK, (await accounts.Browser().GetAsync(link.PathAndQuery)).Status);
        Assert.Equal(HttpStatusCode.Gone, (await UseAsync(accounts.Browser(), link)).Status);
        Assert.Equal((HttpStatusCode.SeeOther, "/"), await UseAsync(browser, link) is var first ? (first.Status, first.Location) : default);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/sessions")).Status);
        Assert.Equal(HttpStatusCode.Gone, (await UseAsync(browser, link)).Status);
    }

    [Fact]
    [Trait("claim", "A4")]
    public async Task ALinkWorksOnce_WhenFiftyTryAtOnce()
    {
        var person = await accounts.AddAsync();
        var browser = accounts.Browser();
        var link = await AskAsync(browser);
        var token = (await browser.GetAsync(link.PathAndQuery)).Token;

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => browser.Copy().SubmitAsync("/sign-in/link/use", [("token", TokenOf(link))], token)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.SeeOther);
        Assert.Single(accounts.Server.Get<SessionKeeper>().List(person.Id));
    }

    [Theory]
    [Trait("claim", "A4")]
    [InlineData(-1, HttpStatusCode.SeeOther)]
    [InlineData(0, HttpStatusCode.Gone)]
    public async Task ALinkWorksForTenMinutes(int secondsAfter, HttpStatusCode expected)
    {
        await accounts.AddAsync();
        var browser = accounts.Browser();
        var link = await AskAsync(browser);

        accounts.Clock.Advance(OneTimeLinks.SignInLifetime + TimeSpan.FromSeconds(secondsAfter));

        Assert.Equal(expected, (await UseAsync(browser, link)).Status);
    }

    [Fact]
    [Trait("claim", "A4")]
    public async Task ANewerLinkVoidsTheOneBefore_AndNobodyElses()
    {
        await accounts.AddAsync();
        var (browser, other) = (accounts.Browser(), accounts.Browser("203.0.113.9"));
        var mine = await AskAsync(browser);
        var withOldCookie = browser.Copy();
        // Somebody else asks for the same address: what is in the mailbox stays good.
        await AskAsync(other);
        accounts.Clock.Advance(TimeSpan.FromSeconds(1));
        var newer = await AskAsync(browser);

        Assert.Equal(HttpStatusCode.Gone, (await UseAsync(browser, mine)).Status);
        Assert.Equal(HttpStatusCode.Gone, (await UseAsync(withOldCookie, mine)).Status);
        await AskAsync(accounts.Browser("203.0.113.10"));
        Assert.Equal(HttpStatusCode.SeeOther, (await UseAsync(browser, newer)).Status);
    }

    [Fact]
    public async Task AskingLooksTheSameForAnUnknownAddress_AndSendsNothing()
    {
        await accounts.AddAsync();
        var (known, unknown) = (accounts.Browser(), accounts.Browser());

        var second = await unknown.PostAsync("/sign-in/link", [("email", "nobody@example.in")], page: "/sign-in");
        var first = await known.PostAsync("/sign-in/link", [("email", "asha@example.in")], page: "/sign-in");

        Assert.Equal(first.Stable.Replace("asha@", "X@", StringComparison.Ordinal), second.Stable.Replace("nobody@", "X@", StringComparison.Ordinal));
        // Mails leave in order: had there been one for nobody, it would be the first.
        Assert.Equal("asha@example.in", (await accounts.Mails.NextAsync(Cancel)).To.ToString());
    }

    [Fact]
    public async Task ALinkDoesNotReplaceTheSecondFactor()
    {
        await accounts.EnrolAsync(await accounts.AddAsync());
        var browser = accounts.Browser();

        Assert.Equal("/sign-in/code", (await UseAsync(browser, await AskAsync(browser))).Location);
        Assert.DoesNotContain("session", browser.Cookies.Keys);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("ws.example.in.evil.example")]
    [InlineData("ws.example.in@evil.example")]
    public async Task AStrangeHostDoesNotGetIntoMails(string host)
    {
        await accounts.AddAsync();
        var token = (await accounts.Browser().GetAsync("/sign-in")).Token!;
        using var asked = await accounts.Server.SendAsync(
            HttpMethod.Post, "/forgot-password", null, new FormUrlEncodedContent([KeyValuePair.Create("email", "asha@example.in"), KeyValuePair.Create("__RequestVerificationToken", token)]), ("Host", host));
        Assert.Contains(asked.StatusCode, new[] { HttpStatusCode.MisdirectedRequest, HttpStatusCode.BadRequest });

        var browser = accounts.Browser();
        var answer = await browser.PostAsync("/forgot-password", [("email", "asha@example.in")]);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("ws.example.in", (await accounts.Mails.NextLinkAsync(Cancel)).Host);
    }

    [Fact]
    public async Task AForgottenPasswordIsChosenAnew_AndEverythingItOpenedEnds()
    {
        await accounts.AddAsync();
        var (signedIn, asks, opens) = (await accounts.SignInAsync(), accounts.Browser(), accounts.Browser("198.51.100.2"));
        await asks.PostAsync("/forgot-password", [("email", "asha@example.in")]);
        var link = await accounts.Mails.NextLinkAsync(Cancel);

        // A mistake does not use the link up.
        Assert.Equal(HttpStatusCode.BadRequest, (await opens.PostAsync("/choose-password", [("token", TokenOf(link)), ("password", "short")], page: link.PathAndQuery)).Status);
        var token = (await opens.GetAsync(link.PathAndQuery)).Token;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => opens.Copy().SubmitAsync("/choose-password", [("token", TokenOf(link)), ("password", New)], token)));

        Assert.Equal("/sign-in", Assert.Single(answers, answer => answer.Status == HttpStatusCode.SeeOther).Location);
        Assert.Equal(HttpStatusCode.Unauthorized, (await signedIn.GetAsync("/account/sessions", "*/*")).Status);
        await accounts.SignInAsync(password: New);
        Assert.Equal(HttpStatusCode.Gone, (await opens.GetAsync(link.PathAndQuery)).Status);
    }

    [Fact]
    public async Task ALinkForAPasswordIsGoodForHalfAnHour_AndForNothingElse()
    {
        await accounts.AddAsync();
        var browser = accounts.Browser();
        await browser.PostAsync("/forgot-password", [("email", "asha@example.in")]);
        var link = await accounts.Mails.NextLinkAsync(Cancel);

        Assert.Equal(HttpStatusCode.Gone, (await browser.GetAsync($"/verify?token={TokenOf(link)}")).Status);
        Assert.Equal(HttpStatusCode.Gone, (await browser.GetAsync($"/setup?token={TokenOf(link)}")).Status);
        Assert.Equal(HttpStatusCode.Gone, (await UseAsync(browser, link)).Status);
        accounts.Clock.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(link.PathAndQuery)).Status);
        accounts.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Gone, (await browser.GetAsync(link.PathAndQuery)).Status);
    }

    [Fact]
    [Trait("claim", "A2")]
    public async Task SomebodyRegistersProvesTheirAddressAndIsIn()
    {
        var browser = accounts.Browser();
        await browser.PostAsync("/register", [("email", "new@example.in")]);
        var link = await accounts.Mails.NextLinkAsync(Cancel);
        Assert.Null(accounts.Server.Get<PeopleStore>().FindByEmail("new@example.in"));

        var answer = await browser.PostAsync("/verify", [("token", TokenOf(link)), ("name", "Neha"), ("password", New)], page: link.PathAndQuery);

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (answer.Status, answer.Location));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/sessions")).Status);
        Assert.Equal(SystemRole.User, accounts.Server.Get<PeopleStore>().FindByEmail("NEW@example.in")!.Role);
        Assert.Equal(HttpStatusCode.Gone, (await browser.GetAsync(link.PathAndQuery)).Status);
    }

    [Fact]
    public async Task RegisteringAKnownAddressTellsItsOwnerAndNobodyElse()
    {
        await accounts.AddAsync();
        var known = await accounts.Browser().PostAsync("/register", [("email", "asha@example.in")]);
        var unknown = await accounts.Browser().PostAsync("/register", [("email", "new@example.in")]);

        Assert.Equal(known.Stable.Replace("asha@", "X@", StringComparison.Ordinal), unknown.Stable.Replace("new@", "X@", StringComparison.Ordinal));
        Assert.Contains("already have an account", (await accounts.Mails.NextAsync(Cancel)).Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutTheSettingNobodyRegisters()
    {
        await using var own = await AccountsServer.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await own.Browser().GetAsync("/register")).Status);

        // Those who were invited have a link; nobody else gets one.
        Assert.Equal(HttpStatusCode.Gone, (await own.Browser().GetAsync("/verify")).Status);
    }

    [Fact]
    [Trait("claim", "D41")]
    public async Task TheFirstOperatorIsMadeOnce_WhenFiftyTryAtOnce()
    {
        var link = new Uri(accounts.Server.Get<NewPeople>().NewSetupLink());
        Assert.Equal("http://ws.example.in/setup", link.GetLeftPart(UriPartial.Path));
        var browser = accounts.Browser();
        var token = (await browser.GetAsync(link.PathAndQuery)).Token;

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => browser.Copy().SubmitAsync(
            "/setup", [("token", TokenOf(link)), ("email", $"owner{i}@example.in"), ("name", "Owner"), ("password", New)], token)));

        Assert.Equal("/account/mfa", Assert.Single(answers, answer => answer.Status == HttpStatusCode.SeeOther).Location);
        Assert.Equal(SystemRole.SuperAdmin, Assert.Single(accounts.Server.Get<PeopleStore>().List()).Role);
        Assert.Throws<ProblemException>(accounts.Server.Get<NewPeople>().NewSetupLink);
    }

    [Fact]
    public void ANewSetupLinkVoidsTheOneBefore_AndItIsGoodForHalfAnHour()
    {
        var (first, second) = (new Uri(accounts.Server.Get<NewPeople>().NewSetupLink()), new Uri(accounts.Server.Get<NewPeople>().NewSetupLink()));
        var links = accounts.Server.Get<OneTimeLinks>();

        Assert.Null(links.Find(LinkKind.Setup, TokenOf(first)));
        Assert.NotNull(links.Find(LinkKind.Setup, TokenOf(second)));
        accounts.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Null(links.Find(LinkKind.Setup, TokenOf(second)));
    }

    private async Task<Uri> AskAsync(TestBrowser browser)
    {
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync("/sign-in/link", [("email", "asha@example.in")], page: "/sign-in")).Status);
        return await accounts.Mails.NextLinkAsync(Cancel);
    }

    private static Task<TestBrowser.Page> UseAsync(TestBrowser browser, Uri link) =>
        browser.PostAsync("/sign-in/link/use", [("token", TokenOf(link))], page: $"/sign-in/link?token={TokenOf(link)}");

    private static string TokenOf(Uri link) => link.Query.Split("token=")[1].Split('&')[0];
}

using System.Net;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>Signing in and out with a password, over HTTP.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private static readonly string[] Places = [AccountPaths.Sessions, AccountPaths.ChangePassword, AccountPaths.StepUp];
    private AccountsServer accounts = null!;

    public async ValueTask InitializeAsync() => accounts = await AccountsServer.StartAsync();

    public ValueTask DisposeAsync() => accounts.DisposeAsync();

    [Fact]
    [Trait("claim", "A2")]
    public async Task SomebodySignsInAndIsWhoTheyAre()
    {
        await accounts.AddAsync();
        var browser = accounts.Browser();

        var answer = await browser.PostAsync("/sign-in?return_to=%2Faccount%2Fsessions", [("email", " Asha@Example.IN "), ("password", AccountsServer.Password), ("return_to", "/account/sessions")]);

        Assert.Equal((HttpStatusCode.SeeOther, "/account/sessions"), (answer.Status, answer.Location));
        var page = await browser.GetAsync("/account/sessions");
        Assert.Matches("Firefox on Linux(.|\n)*192\\.0\\.2\\.1", page.Body);
    }

    [Fact]
    [Trait("claim", "A2")]
    public async Task AWrongPasswordAndAnUnknownAddressLookTheSame()
    {
        await accounts.AddAsync();
        var suspended = await accounts.AddAsync("gone@example.in");
        accounts.Server.Get<PeopleStore>().Suspend(suspended.Id, accounts.Clock.GetUtcNow());

        var wrong = await TryAsync("asha@example.in", "not the password");
        var unknown = await TryAsync("nobody@example.in", "not the password");
        var kept = await TryAsync("gone@example.in", AccountsServer.Password);

        Assert.All([wrong, unknown, kept], answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Status));
        Assert.Equal(wrong.Stable.Replace("asha@", "X@", StringComparison.Ordinal), unknown.Stable.Replace("nobody@", "X@", StringComparison.Ordinal));
        Assert.Equal(wrong.Stable.Replace("asha@", "X@", StringComparison.Ordinal), kept.Stable.Replace("gone@", "X@", StringComparison.Ordinal));
        Assert.DoesNotContain("not the password", wrong.Body, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "A58")]
    [InlineData("https://ws.example.in", "__Host-session", "; path=/; secure; samesite=lax; httponly")]
    [InlineData("", "session", "; path=/; samesite=lax; httponly")]
    public async Task TheCookieIsOutOfReach(string publicUrl, string name, string attributes)
    {
        await using var own = await AccountsServer.StartAsync(options: new ServerOptions { PublicUrl = publicUrl });
        await own.AddAsync();
        var browser = own.Browser(isHttps: publicUrl.Length > 0);

        await browser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)]);

        var cookie = Assert.Single(browser.SetCookies, each => each.StartsWith(name + "=wsp_ses_", StringComparison.Ordinal));
        Assert.Equal(attributes, cookie[cookie.IndexOf(';', StringComparison.Ordinal)..]);
        Assert.All(browser.SetCookies, each => Assert.Equal(publicUrl.Length > 0, each.StartsWith("__Host-", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("claim", "A9")]
    public async Task SignOut_OldToken_IsRejected()
    {
        await accounts.AddAsync();
        var browser = await accounts.SignInAsync();
        var thief = browser.Copy(from: "203.0.113.9");
        foreach (var place in Places)
        {
            Assert.Equal(HttpStatusCode.OK, (await thief.GetAsync(place, "*/*")).Status);
        }

        var answer = await browser.PostAsync("/sign-out", [], page: "/account/sessions");

        Assert.Equal("/sign-in", answer.Location);
        Assert.DoesNotContain("session", browser.Cookies.Keys);
        foreach (var place in Places)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync(place, "*/*")).Status);
        }
    }

    [Fact]
    [Trait("claim", "A9")]
    [Trait("claim", "D31")]
    public async Task SessionsCanBeEndedFromTheList_OneOrAllOthers()
    {
        var person = await accounts.AddAsync();
        var (first, second, third) = (await accounts.SignInAsync(), await accounts.SignInAsync(), await accounts.SignInAsync());
        var secret = second.Cookies["session"];
        var id = accounts.Server.Get<Features.Accounts.Sessions.SessionKeeper>().Check(secret, "192.0.2.1")!.Person.SessionId;

        await first.PostAsync("/account/sessions/end", [("id", id)], page: "/account/sessions");
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync("/account/sessions", "*/*")).Status);
        Assert.Equal(HttpStatusCode.OK, (await third.GetAsync("/account/sessions")).Status);

        await first.PostAsync("/account/sessions/end-others", [], page: "/account/sessions");
        Assert.Equal(HttpStatusCode.Unauthorized, (await third.GetAsync("/account/sessions", "*/*")).Status);
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/account/sessions")).Status);
        Assert.Single(accounts.Server.Get<Features.Accounts.Sessions.SessionKeeper>().List(person.Id));
    }

    [Fact]
    public async Task NobodyEndsSomebodyElsesSession()
    {
        await accounts.AddAsync();
        await accounts.AddAsync("ravi@example.in");
        var (asha, ravi) = (await accounts.SignInAsync(), await accounts.SignInAsync("ravi@example.in"));
        var id = accounts.Server.Get<Features.Accounts.Sessions.SessionKeeper>().Check(asha.Cookies["session"], "192.0.2.1")!.Person.SessionId;

        await ravi.PostAsync("/account/sessions/end", [("id", id)], page: "/account/sessions");

        Assert.Equal(HttpStatusCode.OK, (await asha.GetAsync("/account/sessions")).Status);
    }

    [Fact]
    public async Task ASessionThatSomebodyPlantedIsNotTakenOver()
    {
        await accounts.AddAsync();
        await accounts.AddAsync("mallory@example.in");
        var planted = (await accounts.SignInAsync("mallory@example.in")).Copy();
        var before = planted.Cookies["session"];

        await planted.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)]);

        Assert.NotEqual(before, planted.Cookies["session"]);
        var attacker = accounts.Browser();
        attacker.Cookies["session"] = before;
        Assert.Equal(HttpStatusCode.Unauthorized, (await attacker.GetAsync("/account/sessions", "*/*")).Status);
    }

    [Fact]
    public async Task PeopleAreSentToSignInAndBack_ProgramsAreTold()
    {
        var browser = accounts.Browser();

        var page = await browser.GetAsync("/account/sessions?x=1");
        var program = await browser.GetAsync("/account/sessions", "application/json");

        Assert.Equal((HttpStatusCode.SeeOther, "/sign-in?return_to=%2Faccount%2Fsessions%3Fx%3D1"), (page.Status, page.Location));
        Assert.Equal(HttpStatusCode.Unauthorized, program.Status);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task NobodyIsSentToAnotherSite(string returnTo)
    {
        await accounts.AddAsync();

        var answer = await accounts.Browser().PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password), ("return_to", returnTo)]);

        Assert.Equal("/", answer.Location);
    }

    [Fact]
    [Trait("claim", "A2")]
    public async Task ChangingThePasswordNeedsTheOldOne_AndEndsTheOtherSessions()
    {
        await accounts.AddAsync();
        var (browser, other) = (await accounts.SignInAsync(), await accounts.SignInAsync());
        var before = browser.Cookies["session"];
        const string New = "green parrots over the roof";

        var wrong = await browser.PostAsync("/account/password", [("current_password", "not it at all"), ("new_password", New)]);
        Assert.Contains("This is not your password.", wrong.Body, StringComparison.Ordinal);
        accounts.Clock.Advance(TimeSpan.FromSeconds(2));
        var right = await browser.PostAsync("/account/password", [("current_password", AccountsServer.Password), ("new_password", New)]);

        Assert.Equal(HttpStatusCode.SeeOther, right.Status);
        Assert.NotEqual(before, browser.Cookies["session"]);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/sessions")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/account/sessions", "*/*")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await TryAsync("asha@example.in", AccountsServer.Password)).Status);
        accounts.Clock.Advance(TimeSpan.FromSeconds(2));
        await accounts.SignInAsync(password: New);
        Assert.Contains("password was changed", (await accounts.Mails.NextAsync(TestContext.Current.CancellationToken)).Subject, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "B14")]
    [InlineData(nameof(PasswordHashKind.Argon2id), "$2b$10$0nUXy.YSNZ6HUs11uSxeweu5AOF3crNQ12YMWrxgvBShlCcGE3r7K", "$argon2id$v=19$m=19456,t=2,p=1$")]
    [InlineData(nameof(PasswordHashKind.Argon2id), "$argon2id$v=19$m=47104,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$mHib0oJhulgRRhujGCSbatBZgMc8EMY5ncGz/E3yQTg", "$argon2id$v=19$m=19456,t=2,p=1$")]
    [InlineData(nameof(PasswordHashKind.Bcrypt), "$argon2id$v=19$m=47104,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$mHib0oJhulgRRhujGCSbatBZgMc8EMY5ncGz/E3yQTg", "$2b$10$")]
    public async Task AnOldHashIsReplacedAtTheNextSignIn(string kind, string old, string start)
    {
        await using var own = await AccountsServer.StartAsync(new AuthOptions { Argon2Mebibytes = 19, Argon2Passes = 2, PasswordHash = Enum.Parse<PasswordHashKind>(kind), BcryptCost = 10 });
        var person = await own.AddAsync();
        var credentials = own.Server.Get<CredentialStore>();
        credentials.Set(person.Id, old, own.Clock.GetUtcNow());
        var password = old[1] == '2' ? "an old bcrypt password" : "correct horse";

        await own.SignInAsync(password: password);

        var current = credentials.Find(person.Id)!;
        Assert.StartsWith(start, current, StringComparison.Ordinal);
        await own.SignInAsync(password: password);
        Assert.Equal(current, credentials.Find(person.Id));
    }

    [Fact]
    [Trait("claim", "D39")]
    public async Task GuessingIsSlowedDown_AndLocksOutNobodyElse()
    {
        await accounts.AddAsync();
        var guesser = accounts.Browser("203.0.113.9");
        int[] pauses = [1, 2, 4, 8, 900, 900];
        foreach (var pause in pauses)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await guesser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", "a wild guess")])).Status);
            var refused = await guesser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)]);
            Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(pause)), (refused.Status, refused.RetryAfter));
            if (pause < 900)
            {
                accounts.Clock.Advance(TimeSpan.FromSeconds(pause));
            }
            else
            {
                // The owner, from their own address, is not held up.
                await accounts.SignInAsync(address: "192.0.2.1");
                accounts.Clock.Advance(TimeSpan.FromMinutes(15));
            }
        }

        await accounts.SignInAsync(address: "203.0.113.9");
        Assert.Equal(HttpStatusCode.Unauthorized, (await guesser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", "a wild guess")])).Status);
        Assert.Equal(TimeSpan.FromSeconds(1), (await guesser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", "a wild guess")])).RetryAfter);
    }

    [Fact]
    public async Task OfFiftyGuessesAtOnceOneIsChecked()
    {
        await accounts.AddAsync();
        var browser = accounts.Browser();
        var token = (await browser.GetAsync("/sign-in")).Token;

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            browser.Copy().SubmitAsync("/sign-in", [("email", "asha@example.in"), ("password", $"guess number {i}")], token)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Unauthorized);
        Assert.Equal(49, answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    [Trait("claim", "D38")]
    public async Task PeopleBehindOneAddressHaveQuotasOfTheirOwn_AndOnePersonHasOneWhereverTheyAre()
    {
        await using var own = await AccountsServer.StartAsync(limits: new LimitOptions { Pages = 3 });
        await own.AddAsync();
        await own.AddAsync("ravi@example.in");
        var (asha, elsewhere, ravi) = (await own.SignInAsync(), await own.SignInAsync(address: "198.51.100.7"), await own.SignInAsync("ravi@example.in"));

        foreach (var browser in (TestBrowser[])[asha, elsewhere, asha])
        {
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/sessions")).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await elsewhere.GetAsync("/account/sessions")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await asha.GetAsync("/account/sessions")).Status);
        Assert.Equal(HttpStatusCode.OK, (await ravi.GetAsync("/account/sessions")).Status);
    }

    private Task<TestBrowser.Page> TryAsync(string email, string password) => accounts.Browser().PostAsync("/sign-in", [("email", email), ("password", password)]);
}

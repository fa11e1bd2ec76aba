using System.Net;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>Passkeys over HTTP, with a device that can be made to lie.</summary>
public sealed partial class PasskeyTests : IAsyncLifetime
{
    private const string Page = AccountPaths.Passkeys;

    private readonly SoftPasskey device = new();
    private AccountsServer accounts = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Origin => accounts.Server.Url.GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync() => accounts = await AccountsServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        device.Dispose();
        await accounts.DisposeAsync();
    }

    [Fact]
    [Trait("claim", "D28")]
    [Trait("action", nameof(AuditActions.PasskeyAdded))]
    public async Task SomebodyAddsAPasskeyAndSignsInWithNothingElse()
    {
        var person = await accounts.AddAsync();
        var (browser, other) = (await accounts.SignInAsync(), await accounts.SignInAsync());
        var before = browser.Cookies["session"];

        var shown = await AddAsync(browser, name: "Asha’s phone");

        Assert.Equal(10, BackupCode().Count(shown.Body)); // for the day the device is lost
        Assert.NotEqual(before, browser.Cookies["session"]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/account/sessions", "*/*")).Status);
        Assert.Contains("passkey was added", (await accounts.Mails.NextAsync(Cancel)).Subject, StringComparison.Ordinal);
        Assert.Contains("Asha’s phone", WebUtility.HtmlDecode((await browser.GetAsync(Page)).Body), StringComparison.Ordinal);

        var fresh = accounts.Browser();
        var answer = await UseAsync(fresh, returnTo: "/account/sessions");

        Assert.Equal((HttpStatusCode.SeeOther, "/account/sessions"), (answer.Status, answer.Location));
        var session = accounts.Server.Get<SessionKeeper>().Check(fresh.Cookies["session"], "192.0.2.1")!.Person;
        Assert.Equal((person.Id, true), (session.PersonId, session.HasMfa));
        Assert.DoesNotContain("passkey", fresh.Cookies.Keys); // the challenge's cookie is gone
    }

    [Fact]
    [Trait("claim", "D28")]
    public async Task WithAPasskeyThePasswordAloneOpensNothing()
    {
        var person = await accounts.AddAsync();
        var codes = BackupCode().Matches((await AddAsync(await accounts.SignInAsync())).Body).Select(match => match.Value).ToArray();
        var sessions = accounts.Server.Get<SessionKeeper>();
        sessions.EndAll(person.Id);
        var browser = accounts.Browser();

        Assert.Equal("/sign-in/code", (await browser.PostAsync("/sign-in", [("email", person.Email), ("password", AccountsServer.Password)])).Location);
        Assert.Empty(sessions.List(person.Id));
        Assert.Contains(AccountPaths.PasskeySignIn, (await browser.GetAsync("/sign-in/code")).Body, StringComparison.Ordinal);
        Assert.Equal("/", (await browser.PostAsync("/sign-in/code", [("code", codes[0])])).Location);
    }

    [Fact]
    [Trait("claim", "A23")]
    public async Task APasskeyIsTheSecondFactorThatAnOperatorMustHave()
    {
        await accounts.AddAsync(role: SystemRole.SuperAdmin);
        var browser = await accounts.SignInAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/account/sessions", "*/*")).Status);

        await AddAsync(browser);

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/sessions")).Status);
    }

    [Fact]
    public async Task ASessionOfAPasswordAloneNeitherSeesNorAddsAnything_WhereThereIsAPasskey()
    {
        var person = await accounts.AddAsync();
        await AddAsync(await accounts.SignInAsync());
        // As an operator without one reaches these pages; a thief's own passkey or app must not get in that way.
        var (_, secret) = accounts.Server.Get<SessionKeeper>().Start(person, hasMfa: false, "192.0.2.1", "thief");
        var thief = accounts.Browser();
        thief.Cookies["session"] = secret;
        var token = (await thief.GetAsync("/step-up")).Token;

        Assert.Equal("/step-up?return_to=%2Faccount%2Fpasskeys", (await thief.GetAsync(Page)).Location);
        Assert.Equal("/step-up?return_to=%2Faccount%2Fmfa", (await thief.GetAsync("/account/mfa")).Location);
        Assert.Equal(HttpStatusCode.Forbidden, (await thief.SubmitAsync(AccountPaths.PasskeyOptions, [], token, "application/json")).Status);
        Assert.StartsWith("/step-up", (await thief.SubmitAsync(Page, [("credential", "{}")], token)).Location, StringComparison.Ordinal);
        Assert.Equal("/account/mfa", (await thief.SubmitAsync("/account/mfa", [("code", "123456")], token)).Location);
        Assert.StartsWith("/step-up", (await thief.SubmitAsync(AccountPaths.RemovePasskey, [("id", Only(person).Id)], token)).Location, StringComparison.Ordinal);
        // Nor is the password a proof any more.
        Assert.Equal(HttpStatusCode.BadRequest, (await thief.SubmitAsync("/step-up", [("proof", AccountsServer.Password)], token)).Status);
        Assert.Single(accounts.Server.Get<PasskeyStore>().List(person.Id));
    }

    public static TheoryData<string> Lies => ["origin", "other host", "cross origin", "domain", "type", "challenge", "no finger", "counter", "handle", "foreign key", "no key", "no json", "empty"];

    [Theory]
    [MemberData(nameof(Lies))]
    [Trait("claim", "D2")]
    public async Task AnAnswerThatIsNotRightOpensNothing(string lie)
    {
        var person = await accounts.AddAsync();
        await AddAsync(await accounts.SignInAsync());
        Assert.Equal(HttpStatusCode.SeeOther, (await UseAsync(accounts.Browser())).Status);
        accounts.Server.Get<SessionKeeper>().EndAll(person.Id);
        using var foreign = new SoftPasskey { UserHandle = device.UserHandle };

        var browser = accounts.Browser();
        var answer = await UseAsync(browser, options =>
        {
            switch (lie)
            {
                case "origin": device.Origin = "https://evil.example"; break;
                case "other host": device.Origin = Origin.Replace("127.0.0.1", "localhost", StringComparison.Ordinal); break;
                case "cross origin": device.CrossOrigin = true; break;
                case "domain": device.Domain = "evil.example"; break;
                case "type": device.Type = "webauthn.create"; break;
                case "challenge": device.Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; break;
                case "no finger": device.VerifiesUser = false; break;
                case "counter": device.Counter--; break; // a copy of the device that lags behind
                case "handle": device.UserHandle = "c29tZWJvZHkgZWxzZQ"; break;
                case "foreign key": return foreign.Use(options, Origin);
                case "no key": return "{\"id\":\"\",\"rawId\":\"\",\"type\":\"public-key\",\"response\":{}}";
                case "no json": return "[";
                default: return "";
            }

            return device.Use(options, Origin);
        });

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Empty(accounts.Server.Get<SessionKeeper>().List(person.Id));
        Assert.DoesNotContain("session", browser.Cookies.Keys);
    }

    [Fact]
    [Trait("claim", "D2")]
    public async Task AnAnswerOpensOneSession_WhenFiftySendItAtOnce()
    {
        var person = await accounts.AddAsync();
        await AddAsync(await accounts.SignInAsync());
        accounts.Server.Get<SessionKeeper>().EndAll(person.Id);
        var browser = accounts.Browser();
        var token = (await browser.GetAsync("/sign-in")).Token;
        var options = (await browser.SubmitAsync(AccountPaths.PasskeySignInOptions, [], token, "application/json")).Body;
        var answer = device.Use(options, Origin);
        var copies = Enumerable.Range(0, 50).Select(_ => browser.Copy()).ToArray();

        var answers = await Task.WhenAll(copies.Select(copy => copy.SubmitAsync(AccountPaths.PasskeySignIn, [("credential", answer)], token)));

        Assert.Single(answers, each => each.Status == HttpStatusCode.SeeOther);
        Assert.Equal(49, answers.Count(each => each.Status == HttpStatusCode.Unauthorized));
        Assert.Single(accounts.Server.Get<SessionKeeper>().List(person.Id));
    }

    [Fact]
    public async Task AChallengeIsForOneBrowser_OneUse_AndFiveMinutes()
    {
        await accounts.AddAsync();
        var owner = await accounts.SignInAsync();
        await AddAsync(owner);

        // Another browser, which was given no challenge.
        var (browser, thief) = (accounts.Browser(), accounts.Browser());
        var options = (await browser.PostAsync(AccountPaths.PasskeySignInOptions, [], "/sign-in", "application/json")).Body;
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.PostAsync(AccountPaths.PasskeySignIn, [("credential", device.Use(options, Origin))], "/sign-in")).Status);

        // Too late.
        accounts.Clock.Advance(PasskeyKeeper.ChallengeLifetime);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync(AccountPaths.PasskeySignIn, [("credential", device.Use(options, Origin))], "/sign-in")).Status);

        // One that was asked for to step up signs nobody in, and one to sign in does not step up.
        var stepUp = (await owner.PostAsync(AccountPaths.PasskeyStepUpOptions, [], "/step-up", "application/json")).Body;
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.PostAsync(AccountPaths.PasskeySignIn, [("credential", device.Use(stepUp, Origin))], "/sign-in")).Status);
        var signIn = (await owner.PostAsync(AccountPaths.PasskeySignInOptions, [], "/sign-in", "application/json")).Body;
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.PostAsync(AccountPaths.PasskeyStepUp, [("credential", device.Use(signIn, Origin))], "/step-up")).Status);
    }

    [Fact]
    [Trait("claim", "B17")]
    public async Task APasskeyProvesThatItIsStillTheSamePerson_AndNobodyElses()
    {
        await accounts.AddAsync();
        await accounts.AddAsync("ravi@example.in");
        var browser = await accounts.SignInAsync();
        await AddAsync(browser);
        using var ravis = new SoftPasskey();
        await AddAsync(await accounts.SignInAsync("ravi@example.in"), ravis);
        accounts.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.StartsWith("/step-up", (await browser.GetAsync(Page)).Location, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Unauthorized, (await StepUpAsync(browser, ravis)).Status);
        Assert.StartsWith("/step-up", (await browser.GetAsync(Page)).Location, StringComparison.Ordinal);
        Assert.Equal(Page, (await StepUpAsync(browser, device)).Location);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Page)).Status);
    }

    [Fact]
    public async Task ADevicesPasskeyBelongsToOnePerson()
    {
        await accounts.AddAsync();
        var ravi = await accounts.AddAsync("ravi@example.in");
        await AddAsync(await accounts.SignInAsync());

        Assert.Equal(HttpStatusCode.BadRequest, (await AddAsync(await accounts.SignInAsync("ravi@example.in"))).Status);
        Assert.Empty(accounts.Server.Get<PasskeyStore>().List(ravi.Id));
    }

    [Fact]
    public async Task SomebodySuspendedDoesNotGetIn()
    {
        var person = await accounts.AddAsync();
        await AddAsync(await accounts.SignInAsync());
        accounts.Server.Get<PeopleStore>().Suspend(person.Id, accounts.Clock.GetUtcNow());

        Assert.Equal(HttpStatusCode.Unauthorized, (await UseAsync(accounts.Browser())).Status);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.PasskeyRenamed))]
    [Trait("action", nameof(AuditActions.PasskeyRemoved))]
    public async Task PasskeysAreRenamedAndTakenAway_ByTheirOwnerAlone()
    {
        var person = await accounts.AddAsync();
        await accounts.AddAsync("ravi@example.in");
        var browser = await accounts.SignInAsync();
        await AddAsync(browser);
        var ravi = await accounts.SignInAsync("ravi@example.in");
        var id = Only(person).Id;
        Assert.Equal("Firefox on Linux", Only(person).Name);

        await ravi.PostAsync(AccountPaths.RenamePasskey, [("id", id), ("name", "mine")], Page);
        await ravi.PostAsync(AccountPaths.RemovePasskey, [("id", id)], Page);
        Assert.Equal("Firefox on Linux", Only(person).Name);

        await browser.PostAsync(AccountPaths.RenamePasskey, [("id", id), ("name", new string('x', PasskeyKeeper.MaxNameLength + 1))], Page);
        Assert.Equal("Firefox on Linux", Only(person).Name);
        await browser.PostAsync(AccountPaths.RenamePasskey, [("id", id), ("name", new string('x', PasskeyKeeper.MaxNameLength))], Page);
        Assert.Equal(PasskeyKeeper.MaxNameLength, Only(person).Name.Length);

        // The last one: with it goes what it had opened, and the backup codes that stood for it.
        Assert.Equal("/sign-in", (await browser.PostAsync(AccountPaths.RemovePasskey, [("id", id)], Page)).Location);
        Assert.Empty(accounts.Server.Get<PasskeyStore>().List(person.Id));
        Assert.Empty(accounts.Server.Get<SessionKeeper>().List(person.Id));
        Assert.Equal(0, accounts.Server.Get<SecondFactorKeeper>().CountBackupCodes(person.Id));
        Assert.Equal(HttpStatusCode.Unauthorized, (await UseAsync(accounts.Browser())).Status);
        await accounts.SignInAsync();
    }

    [Fact]
    public async Task OneOfTwoIsTakenAway_AndOnlyOtherBrowsersAreSignedOut()
    {
        var person = await accounts.AddAsync();
        var browser = await accounts.SignInAsync();
        await AddAsync(browser);
        using var second = new SoftPasskey();
        Assert.Equal(Page, (await AddAsync(browser, second)).Location);
        var other = accounts.Browser();
        await UseAsync(other);

        Assert.Equal(Page, (await browser.PostAsync(AccountPaths.RemovePasskey, [("id", accounts.Server.Get<PasskeyStore>().List(person.Id)[0].Id)], Page)).Location);

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Page)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/account/sessions", "*/*")).Status);
    }

    [Fact]
    public async Task ThereIsAnEndToHowManyOneHas()
    {
        var person = await accounts.AddAsync();
        var browser = await accounts.SignInAsync();
        for (var count = 0; count < PasskeyKeeper.MaxKeys; count++)
        {
            using var each = new SoftPasskey();
            await AddAsync(browser, each);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await AddAsync(browser)).Status);
        Assert.Equal(PasskeyKeeper.MaxKeys, accounts.Server.Get<PasskeyStore>().Count(person.Id));
    }

    private Passkey Only(Person person) => Assert.Single(accounts.Server.Get<PasskeyStore>().List(person.Id));

    private async Task<TestBrowser.Page> AddAsync(TestBrowser browser, SoftPasskey? with = null, string name = "")
    {
        var token = (await browser.GetAsync(Page)).Token;
        var options = await browser.SubmitAsync(AccountPaths.PasskeyOptions, [], token, "application/json");
        Assert.Equal(HttpStatusCode.OK, options.Status);
        return await browser.SubmitAsync(Page, [("credential", (with ?? device).Create(options.Body, Origin)), ("name", name)], token);
    }

    private async Task<TestBrowser.Page> UseAsync(TestBrowser browser, Func<string, string>? answer = null, string returnTo = "/")
    {
        var token = (await browser.GetAsync("/sign-in")).Token;
        var options = await browser.SubmitAsync(AccountPaths.PasskeySignInOptions, [], token, "application/json");
        Assert.Equal(HttpStatusCode.OK, options.Status);
        var credential = answer is null ? device.Use(options.Body, Origin) : answer(options.Body);
        return await browser.SubmitAsync(AccountPaths.PasskeySignIn, [("credential", credential), ("return_to", returnTo)], token);
    }

    private async Task<TestBrowser.Page> StepUpAsync(TestBrowser browser, SoftPasskey with)
    {
        var token = (await browser.GetAsync("/step-up")).Token;
        var options = await browser.SubmitAsync(AccountPaths.PasskeyStepUpOptions, [], token, "application/json");
        return await browser.SubmitAsync(AccountPaths.PasskeyStepUp, [("credential", with.Use(options.Body, Origin)), ("return_to", Page)], token);
    }

    [GeneratedRegex("[0-9A-Z]{4}(-[0-9A-Z]{4}){3}")]
    private static partial Regex BackupCode();
}

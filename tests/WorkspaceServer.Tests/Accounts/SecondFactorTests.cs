using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>Authenticator apps, backup codes and step-up, over HTTP.</summary>
public sealed partial class SecondFactorTests : IAsyncLifetime
{
    private AccountsServer accounts = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => accounts = await AccountsServer.StartAsync(limits: RunningServer.Unlimited with { Export = 1_000 });

    public ValueTask DisposeAsync() => accounts.DisposeAsync();

    [Fact]
    [Trait("claim", "A11")]
    [Trait("claim", "B16")]
    [Trait("claim", "D30")]
    public async Task SomebodySetsUpAnAppAndSignsInWithIt()
    {
        await accounts.AddAsync();
        var (browser, other) = (await accounts.SignInAsync(), await accounts.SignInAsync());
        var page = await browser.GetAsync("/account/mfa");
        var key = AccountsServer.FromBase32(SecretOn(page.Body));
        Assert.Contains("<svg", page.Body, StringComparison.Ordinal);
        Assert.Contains("This is not the code", (await browser.PostAsync("/account/mfa", [("code", "12345x")])).Body, StringComparison.Ordinal);
        Assert.False(accounts.Server.Get<SecondFactorKeeper>().IsEnrolled(PersonId(browser)));

        var shown = await browser.PostAsync("/account/mfa", [("code", accounts.CodeNow(key))]);

        Assert.Equal(10, BackupCode().Count(shown.Body));
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/account/sessions", "*/*")).Status);
        Assert.Contains("second factor was set up", (await accounts.Mails.NextAsync(Cancel)).Subject, StringComparison.Ordinal);
        accounts.Clock.Advance(TimeSpan.FromSeconds(30));
        await accounts.SignInAsync(key);
    }

    [Fact]
    [Trait("claim", "A5")]
    public async Task ThePasswordAloneOpensNothing()
    {
        var person = await accounts.AddAsync(role: SystemRole.SuperAdmin);
        await accounts.EnrolAsync(person);
        var browser = accounts.Browser();

        var first = await browser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)]);

        Assert.Equal("/sign-in/code", first.Location);
        Assert.Empty(accounts.Server.Get<SessionKeeper>().List(person.Id));
        Assert.DoesNotContain("session", browser.Cookies.Keys);
        // Neither as it is nor put where a session's secret belongs.
        browser.Cookies["session"] = browser.Cookies["second-factor"];
        Assert.NotEmpty(await SweepAsync(browser, HttpStatusCode.Unauthorized));
    }

    [Fact]
    [Trait("claim", "A23")]
    public async Task AnOperatorWithoutASecondFactorReachesOnlyThePageThatSetsOneUp()
    {
        await accounts.AddAsync(role: SystemRole.SuperAdmin);
        var browser = await accounts.SignInAsync();

        var reached = (await SweepAsync(browser, HttpStatusCode.Forbidden, "/account/mfa", "/account/passkeys", "/account/passkeys/options", "/step-up", "/step-up/message", "/step-up/passkey", "/step-up/passkey/options", "/sign-out")).ToArray();

        Assert.NotEmpty(reached);
        Assert.Equal("/account/mfa?return_to=%2Faccount%2Fsessions", (await browser.GetAsync("/account/sessions")).Location);
        var page = await browser.GetAsync("/account/mfa");
        await browser.PostAsync("/account/mfa", [("code", accounts.CodeNow(AccountsServer.FromBase32(SecretOn(page.Body))))]);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/sessions")).Status);
    }

    [Fact]
    [Trait("claim", "A23")]
    public async Task TheOperatorsSecondFactorCanBeLeftToThem()
    {
        await using var own = await AccountsServer.StartAsync(AccountsServer.Cheap with { RequireMfaForOperators = false });
        await own.AddAsync(role: SystemRole.SuperAdmin);

        Assert.Equal(HttpStatusCode.OK, (await (await own.SignInAsync()).GetAsync("/account/sessions")).Status);
    }

    [Theory]
    [Trait("claim", "A11")]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task CodesOfOneStepBeforeAndAfterAreTaken(int steps, bool isTaken)
    {
        var person = await accounts.AddAsync();
        var (key, _) = await accounts.EnrolAsync(person);
        // Clear of the step that enrolment used.
        accounts.Clock.Advance(TimeSpan.FromMinutes(5));

        var proof = await accounts.Server.Get<SecondFactorKeeper>().VerifyAsync(person.Id, Totp.CodeAt(key, Totp.StepAt(accounts.Clock.GetUtcNow()) + steps), Cancel);

        Assert.Equal(isTaken ? SecondFactorProof.App : SecondFactorProof.None, proof);
    }

    [Fact]
    [Trait("claim", "A11")]
    public async Task ACodeWorksOnce_WhenFiftyTryAtOnce()
    {
        var person = await accounts.AddAsync();
        var (key, _) = await accounts.EnrolAsync(person);
        var factors = accounts.Server.Get<SecondFactorKeeper>();
        var code = accounts.CodeNow(key);

        var proofs = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => factors.VerifyAsync(person.Id, code, Cancel))));

        Assert.Single(proofs, proof => proof == SecondFactorProof.App);
        Assert.Equal(SecondFactorProof.None, await factors.VerifyAsync(person.Id, code, Cancel));
        // Nor does the code of the step before, which nobody used, after a later one was.
        Assert.Equal(SecondFactorProof.None, await factors.VerifyAsync(person.Id, Totp.CodeAt(key, Totp.StepAt(accounts.Clock.GetUtcNow()) - 1), Cancel));
    }

    [Fact]
    [Trait("claim", "A13")]
    public async Task EachBackupCodeWorksOnce_AndNewOnesVoidTheOld()
    {
        var person = await accounts.AddAsync();
        var (key, codes) = await accounts.EnrolAsync(person);
        var factors = accounts.Server.Get<SecondFactorKeeper>();

        Assert.Equal(10, codes.Distinct().Count());
        var proofs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => factors.VerifyAsync(person.Id, codes[0], Cancel))));
        Assert.Single(proofs, proof => proof == SecondFactorProof.BackupCode);
        Assert.Equal(SecondFactorProof.BackupCode, await factors.VerifyAsync(person.Id, codes[1].Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant(), Cancel));
        Assert.Equal(8, factors.CountBackupCodes(person.Id));

        var browser = await accounts.SignInAsync(key);
        var shown = await browser.PostAsync("/account/mfa/backup-codes", [], page: "/account/mfa");

        Assert.Equal(10, BackupCode().Count(shown.Body));
        Assert.Equal(SecondFactorProof.None, await factors.VerifyAsync(person.Id, codes[2], Cancel));
        Assert.Equal(SecondFactorProof.BackupCode, await factors.VerifyAsync(person.Id, BackupCode().Match(shown.Body).Value, Cancel));
    }

    [Fact]
    [Trait("claim", "A13")]
    public async Task ABackupCodeSignsIn()
    {
        var (_, codes) = await accounts.EnrolAsync(await accounts.AddAsync());
        var browser = accounts.Browser();
        await browser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)]);

        Assert.Equal("/", (await browser.PostAsync("/sign-in/code", [("code", codes[0])])).Location);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/sessions")).Status);
    }

    [Fact]
    public async Task OneWaitOpensOneSession_AndNotAfterTenMinutes()
    {
        var person = await accounts.AddAsync();
        var (key, codes) = await accounts.EnrolAsync(person);
        var browser = accounts.Browser();
        await browser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)]);
        var copy = browser.Copy();
        await browser.PostAsync("/sign-in/code", [("code", accounts.CodeNow(key))]);

        var token = (await copy.GetAsync("/sign-in")).Token;
        Assert.StartsWith("/sign-in", (await copy.SubmitAsync("/sign-in/code", [("code", codes[0])], token)).Location, StringComparison.Ordinal);
        Assert.Single(accounts.Server.Get<SessionKeeper>().List(person.Id));

        var late = accounts.Browser();
        await late.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)]);
        accounts.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("/sign-in", (await late.GetAsync("/sign-in/code")).Location);
        Assert.Equal("/sign-in", (await late.SubmitAsync("/sign-in/code", [("code", accounts.CodeNow(key))], (await late.GetAsync("/sign-in")).Token)).Location);
    }

    [Fact]
    [Trait("claim", "B17")]
    [Trait("claim", "C14")]
    public async Task WhatIsSensitiveNeedsAProofYoungerThanFifteenMinutes()
    {
        var (key, _) = await accounts.EnrolAsync(await accounts.AddAsync());
        var browser = await accounts.SignInAsync(key);
        accounts.Clock.Advance(TimeSpan.FromMinutes(15));

        var stopped = await browser.GetAsync("/account/mfa");
        Assert.Equal("/step-up?return_to=%2Faccount%2Fmfa", stopped.Location);
        Assert.Contains("step_up_required", (await browser.GetAsync("/account/mfa", "*/*")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/sessions")).Status);
        // With an app the password is not enough.
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync("/step-up", [("proof", AccountsServer.Password)])).Status);
        accounts.Clock.Advance(TimeSpan.FromSeconds(2));
        var before = browser.Cookies["session"];
        Assert.Equal("/account/mfa", (await browser.PostAsync("/step-up", [("proof", accounts.CodeNow(key)), ("return_to", "/account/mfa")])).Location);

        Assert.NotEqual(before, browser.Cookies["session"]);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/mfa")).Status);
        accounts.Clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/mfa")).Status);
    }

    /// <summary>The key of an app is sealed with an AEAD for its owner: a changed bit and the row of somebody else are found, and no code is taken then.</summary>
    [Fact]
    [Trait("claim", "D12")]
    [Trait("claim", "D13")]
    public async Task AKeyThatWasChangedInTheDatabaseOpensNothing()
    {
        var (asha, ravi) = (await accounts.AddAsync(), await accounts.AddAsync("ravi@example.in"));
        var (key, _) = await accounts.EnrolAsync(asha);
        await accounts.EnrolAsync(ravi);
        var (sealedKey, other) = (Sealed(asha.Id), Sealed(ravi.Id));
        var keeper = accounts.Server.Get<SecondFactorKeeper>();
        Assert.DoesNotContain(Convert.ToHexString(key), Convert.ToHexString(sealedKey), StringComparison.Ordinal);

        for (var bit = 0; bit < sealedKey.Length * 8; bit += 7)
        {
            var changed = sealedKey.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            await RefusedAsync(changed);
        }

        await RefusedAsync(other);
        Put(sealedKey);
        Assert.Equal(SecondFactorProof.App, await keeper.VerifyAsync(asha.Id, accounts.CodeNow(key), Cancel));

        async Task RefusedAsync(byte[] stored)
        {
            Put(stored);
            await Assert.ThrowsAsync<InvalidOperationException>(() => keeper.VerifyAsync(asha.Id, accounts.CodeNow(key), Cancel));
        }

        byte[] Sealed(string person)
        {
            using var connection = accounts.Server.Workspaces.Control.Open();
            using var command = connection.Command("SELECT sealed_key FROM totp WHERE person_id = @person", ("@person", person));
            return (byte[])command.ExecuteScalar()!;
        }

        void Put(byte[] stored)
        {
            using var connection = accounts.Server.Workspaces.Control.Open();
            connection.Execute("UPDATE totp SET sealed_key = @key WHERE person_id = @person", ("@key", stored), ("@person", asha.Id));
        }
    }

    [Fact]
    public async Task TakingTheSecondFactorAwaySignsOutEverywhere()
    {
        var person = await accounts.AddAsync();
        var (key, codes) = await accounts.EnrolAsync(person);
        var browser = await accounts.SignInAsync(key);

        Assert.Equal("/sign-in", (await browser.PostAsync("/account/mfa/remove", [], page: "/account/mfa")).Location);

        Assert.Empty(accounts.Server.Get<SessionKeeper>().List(person.Id));
        Assert.Equal(SecondFactorProof.None, await accounts.Server.Get<SecondFactorKeeper>().VerifyAsync(person.Id, codes[0], Cancel));
        await accounts.SignInAsync();
    }

    [Fact]
    public async Task GuessingCodesIsSlowedDown()
    {
        await accounts.EnrolAsync(await accounts.AddAsync());
        var browser = accounts.Browser();
        await browser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)]);

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync("/sign-in/code", [("code", "123456")])).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await browser.PostAsync("/sign-in/code", [("code", "123457")])).Status);
    }

    /// <summary>Calls every endpoint that is not for everybody or for tokens, and expects the same refusal; gives the routes.</summary>
    private async Task<IReadOnlyList<string>> SweepAsync(TestBrowser browser, HttpStatusCode expected, params string[] except)
    {
        var swept = new List<string>();
        var token = (await browser.GetAsync("/sign-in")).Token;
        foreach (var endpoint in accounts.Server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var route = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            if (endpoint.Metadata.GetMetadata<Guard>()?.Authority is null or Authority.AnyoneAuthority or Authority.TokenAuthority or Authority.AgentAuthority or Authority.LinkAuthority || except.Contains(route))
            {
                continue;
            }

            var isForm = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains("POST");
            var answer = isForm ? await browser.SubmitAsync(route, [], token, "*/*") : await browser.GetAsync(route, "*/*");
            Assert.True(answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{route} answers {answer.Status}");
            swept.Add(route);
        }

        return swept;
    }

    private string PersonId(TestBrowser browser) => accounts.Server.Get<SessionKeeper>().Check(browser.Cookies["session"], "192.0.2.1")!.Person.PersonId;

    private static string SecretOn(string page) => Secret().Match(page).Value.Replace(" ", "", StringComparison.Ordinal);

    [GeneratedRegex("[A-Z2-7]{4}( [A-Z2-7]{4}){7}")]
    private static partial Regex Secret();

    [GeneratedRegex("[0-9A-Z]{4}(-[0-9A-Z]{4}){3}")]
    private static partial Regex BackupCode();
}

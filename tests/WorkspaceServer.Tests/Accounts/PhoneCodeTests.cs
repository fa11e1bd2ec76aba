using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Sms;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>Codes by short message, over HTTP, with a sender that keeps what it is given.</summary>
public sealed class PhoneCodeTests : IAsyncLifetime
{
    private const string Number = "+919876543210";
    private readonly SmsRecorder sms = new();
    private AccountsServer accounts = null!;
    private Person asha = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        accounts = await AccountsServer.StartAsync(change: (services, _) => services.AddSingleton<ISmsSender>(sms));
        asha = await accounts.AddAsync();
    }

    public ValueTask DisposeAsync() => accounts.DisposeAsync();

    [Fact]
    [Trait("claim", "A12")]
    [Trait("action", nameof(AuditActions.PhoneAdded))]
    [Trait("action", nameof(AuditActions.PhoneCodeSent))]
    public async Task SomebodyAddsANumber_AndSignsInWithACodeSentToIt()
    {
        var (browser, other) = (await accounts.SignInAsync(), await accounts.SignInAsync());
        Assert.Contains("/account/phone", (await browser.GetAsync("/account")).Body, StringComparison.Ordinal);
        var asked = await browser.PostAsync("/account/phone", [("number", "+91 98765-43210")]);
        Assert.Contains("ends in 10", asked.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("98765", asked.Body.Split("Add this number")[0], StringComparison.Ordinal);
        Assert.Equal(Number, Assert.Single(sms.Messages).To);
        Assert.Matches($"^[0-9]{{6}} is your code for [^ ]+\\. Good for 5 minutes\\. Give it to nobody\\.\n\n@[^ ]+ #{sms.Code}$", sms.Messages[0].Text);
        var added = await browser.SubmitAsync("/account/phone/confirm", [("code", sms.Code)], asked.Token);
        Assert.Contains("backup codes", added.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/account/sessions", "*/*")).Status);
        Assert.Equal("A phone number for codes was added at Workspace Server", (await accounts.Mails.NextAsync(Cancel)).Subject);

        accounts.Clock.Advance(PhoneCodes.Pause);
        var (phone, page) = await WaitingAsync();
        Assert.Contains("ends in 10", page.Body, StringComparison.Ordinal);
        var sent = await phone.SubmitAsync("/sign-in/message", [], page.Token);
        Assert.Contains("on its way", sent.Body, StringComparison.Ordinal);
        var signedIn = await phone.SubmitAsync("/sign-in/code", [("code", sms.Code)], sent.Token);

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (signedIn.Status, signedIn.Location));
        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync("/account/sessions")).Status);
        var rows = accounts.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: "phone_code.sent"), 10);
        Assert.Equal(2, rows.Count);
        Assert.DoesNotContain("9876", string.Join('\n', accounts.Server.Workspaces.AuditRows.Find(new AuditFilter(), 100).Select(row => row.Row.Details)) + accounts.Server.Logs.All, StringComparison.Ordinal);
        using var connection = accounts.Server.Workspaces.Control.Open();
        using var command = connection.Command("SELECT count(*) FROM phone WHERE instr(CAST(sealed_number AS TEXT), '98765') > 0");
        Assert.Equal(0L, command.ExecuteScalar());
    }

    /// <summary>Two sign-ins of one person at once, one of them perhaps somebody else's who knows the password.</summary>
    [Fact]
    [Trait("claim", "A12")]
    public async Task ACodeIsGoodForTheSignInThatAskedForIt_AndForNoOther()
    {
        await HaveNumberAsync();
        var (mine, minePage) = await WaitingAsync();
        var (theirs, theirsPage) = await WaitingAsync("203.0.113.8");
        var sent = await mine.SubmitAsync("/sign-in/message", [], minePage.Token);

        Assert.Equal(HttpStatusCode.Unauthorized, (await theirs.SubmitAsync("/sign-in/code", [("code", sms.Code)], theirsPage.Token)).Status);
        Assert.Equal("/", (await mine.SubmitAsync("/sign-in/code", [("code", sms.Code)], sent.Token)).Location);

        // Nor for a step-up, nor for a number that is to be added.
        var (again, page) = await WaitingAsync("203.0.113.9");
        accounts.Clock.Advance(PhoneCodes.Pause);
        await again.SubmitAsync("/sign-in/message", [], page.Token);
        Assert.Equal(HttpStatusCode.BadRequest, (await mine.PostAsync("/step-up", [("proof", sms.Code)])).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await mine.PostAsync("/account/phone/confirm", [("code", sms.Code)], page: "/account/phone")).Status);
        Assert.Equal("/", (await again.PostAsync("/sign-in/code", [("code", sms.Code)])).Location);
    }

    [Fact]
    [Trait("claim", "A12")]
    public async Task ACodeWorksOnce_WhenTwentyUseIt()
    {
        var (phones, asker) = await SentAsync();
        var code = sms.Code;

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => phones.Use(asker, code), Cancel)));

        Assert.Single(answers, isRight => isRight);
        Assert.False(phones.Use(asker, code));
    }

    [Fact]
    [Trait("claim", "A12")]
    public async Task ACodeLivesFiveMinutesAndFiveTries()
    {
        Assert.Equal((TimeSpan.FromMinutes(5), 5, 6), (PhoneCodes.Lifetime, PhoneCodes.MaxTries, PhoneCodes.Digits));
        foreach (var (seconds, wrong, works) in new[] { (299, 0, true), (300, 0, false), (60, 4, true), (60, 5, false) })
        {
            var (phones, asker) = await SentAsync();
            accounts.Clock.Advance(TimeSpan.FromSeconds(seconds));
            for (var i = 0; i < wrong; i++)
            {
                Assert.False(phones.Use(asker, sms.Code == "000000" ? "000001" : "000000"));
            }

            Assert.Equal((seconds, wrong, works), (seconds, wrong, phones.Use(asker, sms.Code)));
        }
    }

    [Fact]
    [Trait("claim", "A12")]
    public async Task OneMessageAMinute_TenADay_ForAPersonAndForANumber()
    {
        var phones = accounts.Server.Get<PhoneCodes>();
        var other = await accounts.AddAsync("devika@rao.example");
        Task<CodeSent> Send(Person person, string number) => phones.SendAsync(CodeAsker.OfSignIn(person.Id, $"{sms.Messages.Count}"), number, Cancel);
        Assert.True((await Send(asha, Number)).IsTaken);
        accounts.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(TimeSpan.FromSeconds(1), (await Send(asha, "+4915112345678")).Wait);
        Assert.Equal(TimeSpan.FromSeconds(1), (await Send(other, Number)).Wait);
        for (var i = 2; i <= PhoneCodes.MaxPerDay; i++)
        {
            accounts.Clock.Advance(PhoneCodes.Pause);
            Assert.True((await Send(asha, Number)).IsTaken);
        }

        accounts.Clock.Advance(PhoneCodes.Pause);
        Assert.NotNull((await Send(asha, "+4915112345678")).Wait);
        Assert.NotNull((await Send(other, Number)).Wait);
        Assert.True((await Send(other, "+4915112345678")).IsTaken);
        accounts.Clock.Advance(TimeSpan.FromHours(24));
        Assert.True((await Send(asha, Number)).IsTaken);
        Assert.Equal(12, sms.Messages.Count);
    }

    [Fact]
    public async Task TheWholeServerSendsNoMoreThanItsSettingsSay()
    {
        using var few = new PhoneCodes(
            accounts.Server.Get<PhoneStore>(), sms, new SmsOptions { Sender = SmsSenderKind.Spool, MessagesPerDay = 1 }, accounts.Server.Workspaces.Master, accounts.Server.Get<PublicAddress>(),
            accounts.Server.Get<AuditLog>(), accounts.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<PhoneCodes>.Instance);
        var other = await accounts.AddAsync("devika@rao.example");

        Assert.True((await few.SendAsync(CodeAsker.OfSignIn(asha.Id, "1"), Number, Cancel)).IsTaken);
        Assert.Equal(TimeSpan.FromHours(24), (await few.SendAsync(CodeAsker.OfSignIn(other.Id, "1"), "+4915112345678", Cancel)).Wait);
    }

    [Fact]
    [Trait("claim", "A12")]
    [Trait("action", nameof(AuditActions.PhoneRemoved))]
    public async Task AStepUpTakesACode_AndTheNumberCanBeTakenAway()
    {
        var browser = await HaveNumberAsync();
        accounts.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.StartsWith("/step-up", (await browser.GetAsync("/account/phone")).Location, StringComparison.Ordinal);
        var page = await browser.GetAsync("/step-up");
        var sent = await browser.SubmitAsync("/step-up/message", [("return_to", "/account/phone")], page.Token);
        Assert.Equal("/account/phone", (await browser.SubmitAsync("/step-up", [("proof", sms.Code), ("return_to", "/account/phone")], sent.Token)).Location);
        var copy = await browser.GetAsync("/account/closure");
        var zip = await browser.SubmitAsync("/account/closure/export", [], copy.Token);
        using (var archive = new System.IO.Compression.ZipArchive(new MemoryStream(zip.Bytes)))
        {
            using var profile = new StreamReader(await archive.GetEntry("profile.json")!.OpenAsync(Cancel));
            Assert.Equal(Number, JsonDocument.Parse(await profile.ReadToEndAsync(Cancel)).RootElement[0].GetProperty("phone_number").GetString());
        }

        Assert.Equal("/sign-in", (await browser.PostAsync("/account/phone/remove", [], page: "/account/phone")).Location);

        var subjects = new List<string?>();
        for (var i = 0; i < 3; i++)
        {
            subjects.Add((await accounts.Mails.NextAsync(Cancel)).Subject);
        }

        Assert.Contains("The phone number for codes was taken away at Workspace Server", subjects);
        await accounts.SignInAsync();
        Assert.False(accounts.Server.Get<Protection>().Of(asha.Id).IsProtected);
    }

    [Fact]
    public async Task WhatCannotBeSentIsSaid_AndWhatIsNoNumberIsNotSent()
    {
        var browser = await accounts.SignInAsync();
        foreach (var typed in new[] { "", "9876543210", "+0123456789", "+123456", "+1234567890123456", "+91 98765x43210", "+91\n9876543210; DROP" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync("/account/phone", [("number", typed)])).Status);
        }

        sms.Failure = new HttpRequestException("The gateway answered 500.");
        var failed = await browser.PostAsync("/account/phone", [("number", Number)]);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.Status);
        Assert.Contains("could not be sent", failed.Body, StringComparison.Ordinal);
        Assert.Empty(sms.Messages);
        Assert.DoesNotContain("9876543210", accounts.Server.Logs.All, StringComparison.Ordinal);
        // Nobody who has not given the first factor has a message sent.
        var stranger = accounts.Browser("203.0.113.7");
        Assert.StartsWith("/sign-in", (await stranger.PostAsync("/sign-in/message", [], page: "/sign-in")).Location, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A12")]
    public async Task WithoutASenderNobodyIsOfferedIt_AndANumberStillProtects()
    {
        await using var off = await AccountsServer.StartAsync(change: (services, _) => services.AddSingleton(new SmsOptions()));
        var person = await off.AddAsync();
        var browser = await off.SignInAsync();

        Assert.DoesNotContain("message", (await browser.GetAsync("/account")).Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(off.Server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>(), endpoint => endpoint.RoutePattern.RawText is AccountPaths.Phone or AccountPaths.ConfirmPhone or AccountPaths.RemovePhone or AccountPaths.SignInMessage or AccountPaths.StepUpMessage);
        using (var connection = off.Server.Workspaces.Control.Open())
        {
            connection.Execute("INSERT INTO phone (person_id, sealed_number, added_at) VALUES (@id, x'00', 1)", ("@id", person.Id));
        }

        Assert.Equal("/sign-in/code", (await off.Browser().PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)])).Location);
        Assert.True(off.Server.Get<Protection>().Remove(person.Id));
        await off.SignInAsync();
    }

    /// <summary>A code on its way to Asha.</summary>
    private async Task<(PhoneCodes Phones, CodeAsker Asker)> SentAsync()
    {
        var (phones, asker) = (accounts.Server.Get<PhoneCodes>(), CodeAsker.OfSignIn(asha.Id, "a sign-in"));
        Assert.True((await phones.SendAsync(asker, Number, Cancel)).IsTaken);
        return (phones, asker);
    }

    /// <returns>The browser in which the number was added; the next message may go at once.</returns>
    private async Task<TestBrowser> HaveNumberAsync()
    {
        var browser = await accounts.SignInAsync();
        var asked = await browser.PostAsync("/account/phone", [("number", Number)]);
        await browser.SubmitAsync("/account/phone/confirm", [("code", sms.Code)], asked.Token);
        accounts.Clock.Advance(PhoneCodes.Pause);
        return browser;
    }

    /// <summary>A browser in which the password was given and the second step is still to come.</summary>
    private async Task<(TestBrowser Browser, TestBrowser.Page Page)> WaitingAsync(string address = "192.0.2.1")
    {
        var browser = accounts.Browser(address);
        Assert.Equal("/sign-in/code", (await browser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", AccountsServer.Password)])).Location);
        return (browser, await browser.GetAsync("/sign-in/code"));
    }
}

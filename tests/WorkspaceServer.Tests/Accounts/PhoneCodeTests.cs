using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
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
public sealed class PhoneCodeTests(PhoneCodeTests.House house) : IClassFixture<PhoneCodeTests.House>, IAsyncLifetime
{
    private Person asha = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AccountsServer Accounts => house.Accounts;

    private SmsRecorder Sms => house.Sms;

    private string Number { get; } = $"+9198765432{house.Next():D2}";

    public async ValueTask InitializeAsync() => asha = await Accounts.AddAsync($"asha{Number}@example.in");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Trait("claim", "A12")]
    [Trait("action", nameof(AuditActions.PhoneAdded))]
    [Trait("action", nameof(AuditActions.PhoneCodeSent))]
    public async Task SomebodyAddsANumber_AndSignsInWithACodeSentToIt()
    {
        var (browser, other) = (await Accounts.SignInAsync(asha.Email), await Accounts.SignInAsync(asha.Email));
        var sent0 = Sms.Messages.Count;
        Assert.Contains("/account/phone", (await browser.GetAsync("/account")).Body, StringComparison.Ordinal);
        var asked = await browser.PostAsync("/account/phone", [("number", $"{Number[..3]} {Number[3..8]}-{Number[8..]}")]);
        Assert.Contains($"ends in {Number[^2..]}", asked.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Number[3..8], asked.Body.Split("Add this number")[0], StringComparison.Ordinal);
        Assert.Equal((sent0 + 1, Number), (Sms.Messages.Count, Sms.Messages[^1].To));
        Assert.Matches($"^[0-9]{{6}} is your code for [^ ]+\\. Good for 5 minutes\\. Give it to nobody\\.\n\n@[^ ]+ #{Sms.Code}$", Sms.Messages[^1].Text);
        var added = await browser.SubmitAsync("/account/phone/confirm", [("code", Sms.Code)], asked.Token);
        Assert.Contains("backup codes", added.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/account/sessions", "*/*")).Status);
        Assert.Equal("A phone number for codes was added at Workspace Server", await SubjectAsync());

        Accounts.Clock.Advance(PhoneCodes.Pause);
        var (phone, page) = await WaitingAsync();
        Assert.Contains($"ends in {Number[^2..]}", page.Body, StringComparison.Ordinal);
        var sent = await phone.SubmitAsync("/sign-in/message", [], page.Token);
        Assert.Contains("on its way", sent.Body, StringComparison.Ordinal);
        var signedIn = await phone.SubmitAsync("/sign-in/code", [("code", Sms.Code)], sent.Token);

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (signedIn.Status, signedIn.Location));
        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync("/account/sessions")).Status);
        Assert.Equal(2, Accounts.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: "phone_code.sent"), 200).Count(row => row.Row.TargetId == asha.Id));
        Assert.DoesNotContain(Number[3..], string.Join('\n', Accounts.Server.Workspaces.AuditRows.Find(new AuditFilter(), 500).Select(row => row.Row.Details)) + Accounts.Server.Logs.All, StringComparison.Ordinal);
        using var connection = Accounts.Server.Workspaces.Control.Open();
        using var command = connection.Command("SELECT count(*) FROM phone WHERE instr(CAST(sealed_number AS TEXT), '98765') > 0");
        Assert.Equal(0L, command.ExecuteScalar());
    }

    /// <summary>Nobody looks for a message that was never asked for, or for codes that they have used up.</summary>
    [Theory]
    [InlineData(true, true, true, "Six digits from your authenticator app or from the message to your phone, or one of your backup codes.")]
    [InlineData(true, true, false, "Six digits from your authenticator app or from the message to your phone.")]
    [InlineData(true, false, true, "Six digits from your authenticator app, or one of your backup codes.")]
    [InlineData(true, false, false, "Six digits from your authenticator app.")]
    [InlineData(false, true, true, "Six digits from the message to your phone, or one of your backup codes.")]
    [InlineData(false, true, false, "Six digits from the message to your phone.")]
    public async Task TheHintUnderTheFieldNamesTheCodesThatThisPersonHas(bool hasApp, bool hasPhone, bool hasBackupCodes, string hint)
    {
        await HaveAsync(hasApp, hasPhone, hasBackupCodes);

        var (_, page) = await WaitingAsync();

        Assert.Matches($"""aria-describedby="code-hint"[^<]*<p class="hint" id="code-hint">{Regex.Escape(hint)}</p>""", page.Body);
    }

    /// <summary>With a passkey alone, and with a number on a server that sends nothing.</summary>
    [Theory]
    [InlineData(false, true, "One of your backup codes.")]
    [InlineData(true, true, "One of your backup codes.")]
    [InlineData(true, false, "This server sends no messages now, and no backup code is left. Whoever runs it can help.")]
    public void WithoutAppAndMessagesOnlyBackupCodesAreLeft(bool hasPhone, bool hasBackupCodes, string hint) =>
        Assert.Equal(hint, new Protected(HasApp: false, Passkeys: 1, BackupCodes: hasBackupCodes ? 10 : 0, hasPhone).WhichCodes(mayBeSent: false));

    /// <summary>Two sign-ins of one person at once, one of them perhaps somebody else's who knows the password.</summary>
    [Fact]
    [Trait("claim", "A12")]
    public async Task ACodeIsGoodForTheSignInThatAskedForIt_AndForNoOther()
    {
        await HaveNumberAsync();
        var (mine, minePage) = await WaitingAsync();
        var (theirs, theirsPage) = await WaitingAsync("203.0.113.8");
        var sent = await mine.SubmitAsync("/sign-in/message", [], minePage.Token);

        Assert.Equal(HttpStatusCode.Unauthorized, (await theirs.SubmitAsync("/sign-in/code", [("code", Sms.Code)], theirsPage.Token)).Status);
        Assert.Equal("/", (await mine.SubmitAsync("/sign-in/code", [("code", Sms.Code)], sent.Token)).Location);

        // Nor for a step-up, nor for a number that is to be added.
        var (again, page) = await WaitingAsync("203.0.113.9");
        Accounts.Clock.Advance(PhoneCodes.Pause);
        await again.SubmitAsync("/sign-in/message", [], page.Token);
        Assert.Equal(HttpStatusCode.BadRequest, (await mine.PostAsync("/step-up", [("proof", Sms.Code)])).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await mine.PostAsync("/account/phone/confirm", [("code", Sms.Code)], page: "/account/phone")).Status);
        Assert.Equal("/", (await again.PostAsync("/sign-in/code", [("code", Sms.Code)])).Location);
    }

    [Fact]
    [Trait("claim", "A12")]
    public async Task ACodeWorksOnce_WhenTwentyUseIt()
    {
        var (phones, asker) = await SentAsync();
        var code = Sms.Code;

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
            Accounts.Clock.Advance(TimeSpan.FromSeconds(seconds));
            for (var i = 0; i < wrong; i++)
            {
                Assert.False(phones.Use(asker, Sms.Code == "000000" ? "000001" : "000000"));
            }

            Assert.Equal((seconds, wrong, works), (seconds, wrong, phones.Use(asker, Sms.Code)));
        }
    }

    [Fact]
    [Trait("claim", "A12")]
    public async Task OneMessageAMinute_TenADay_ForAPersonAndForANumber()
    {
        var phones = Accounts.Server.Get<PhoneCodes>();
        var other = await Accounts.AddAsync($"devika{Number}@rao.example");
        Task<CodeSent> Send(Person person, string number) => phones.SendAsync(CodeAsker.OfSignIn(person.Id, $"{Sms.Messages.Count}"), number, Cancel);
        var before = Sms.Messages.Count;
        Assert.True((await Send(asha, Number)).IsTaken);
        Accounts.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(TimeSpan.FromSeconds(1), (await Send(asha, "+4915112345678")).Wait);
        Assert.Equal(TimeSpan.FromSeconds(1), (await Send(other, Number)).Wait);
        for (var i = 2; i <= PhoneCodes.MaxPerDay; i++)
        {
            Accounts.Clock.Advance(PhoneCodes.Pause);
            Assert.True((await Send(asha, Number)).IsTaken);
        }

        Accounts.Clock.Advance(PhoneCodes.Pause);
        Assert.NotNull((await Send(asha, "+4915112345678")).Wait);
        Assert.NotNull((await Send(other, Number)).Wait);
        Assert.True((await Send(other, "+4915112345678")).IsTaken);
        Accounts.Clock.Advance(TimeSpan.FromHours(24));
        Assert.True((await Send(asha, Number)).IsTaken);
        Assert.Equal(before + 12, Sms.Messages.Count);
    }

    [Fact]
    public async Task TheWholeServerSendsNoMoreThanItsSettingsSay()
    {
        using var few = new PhoneCodes(
            Accounts.Server.Get<PhoneStore>(), Sms, new SmsOptions { Sender = SmsSenderKind.Spool, MessagesPerDay = 1 }, Accounts.Server.Workspaces.Master, Accounts.Server.Get<PublicAddress>(),
            Accounts.Server.Get<AuditLog>(), Accounts.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<PhoneCodes>.Instance);
        var other = await Accounts.AddAsync($"devika{Number}@rao.example");

        Accounts.Clock.Advance(TimeSpan.FromHours(24));
        Assert.True((await few.SendAsync(CodeAsker.OfSignIn(asha.Id, "1"), Number, Cancel)).IsTaken);
        Assert.Equal(TimeSpan.FromHours(24), (await few.SendAsync(CodeAsker.OfSignIn(other.Id, "1"), "+4915112345678", Cancel)).Wait);
    }

    [Fact]
    [Trait("claim", "A12")]
    [Trait("action", nameof(AuditActions.PhoneRemoved))]
    public async Task AStepUpTakesACode_AndTheNumberCanBeTakenAway()
    {
        var browser = await HaveNumberAsync();
        Accounts.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.StartsWith("/step-up", (await browser.GetAsync("/account/phone")).Location, StringComparison.Ordinal);
        var page = await browser.GetAsync("/step-up");
        var sent = await browser.SubmitAsync("/step-up/message", [("return_to", "/account/phone")], page.Token);
        Assert.Equal("/account/phone", (await browser.SubmitAsync("/step-up", [("proof", Sms.Code), ("return_to", "/account/phone")], sent.Token)).Location);
        var copy = await browser.GetAsync("/account/closure");
        var zip = await browser.SubmitAsync("/account/closure/export", [], copy.Token);
        using (var archive = new System.IO.Compression.ZipArchive(new MemoryStream(zip.Bytes)))
        {
            using var profile = new StreamReader(await archive.GetEntry("profile.json")!.OpenAsync(Cancel));
            Assert.Equal(Number, JsonDocument.Parse(await profile.ReadToEndAsync(Cancel)).RootElement[0].GetProperty("phone_number").GetString());
        }

        Assert.Equal("/sign-in", (await browser.PostAsync("/account/phone/remove", [], page: "/account/phone")).Location);

        Assert.StartsWith("A phone number", await SubjectAsync(), StringComparison.Ordinal);
        Assert.StartsWith("A copy of your data", await SubjectAsync(), StringComparison.Ordinal);
        Assert.Equal("The phone number for codes was taken away at Workspace Server", await SubjectAsync());
        await Accounts.SignInAsync(asha.Email);
        Assert.False(Accounts.Server.Get<Protection>().Of(asha.Id).IsProtected);
    }

    [Fact]
    public async Task WhatCannotBeSentIsSaid_AndWhatIsNoNumberIsNotSent()
    {
        var browser = await Accounts.SignInAsync(asha.Email);
        var before = Sms.Messages.Count;
        foreach (var typed in new[] { "", "9876543210", "+0123456789", "+123456", "+1234567890123456", "+91 98765x43210", "+91\n9876543210; DROP" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync("/account/phone", [("number", typed)])).Status);
        }

        Sms.Failure = new HttpRequestException("The gateway answered 500.");
        var failed = await browser.PostAsync("/account/phone", [("number", Number)]);
        Sms.Failure = null;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.Status);
        Assert.Contains("could not be sent", failed.Body, StringComparison.Ordinal);
        Assert.Equal(before, Sms.Messages.Count);
        Assert.DoesNotContain(Number[1..], Accounts.Server.Logs.All, StringComparison.Ordinal);
        // Nobody who has not given the first factor has a message sent.
        var stranger = Accounts.Browser("203.0.113.7");
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
        var (phones, asker) = (Accounts.Server.Get<PhoneCodes>(), CodeAsker.OfSignIn(asha.Id, "a sign-in"));
        Assert.True((await phones.SendAsync(asker, Number, Cancel)).IsTaken);
        return (phones, asker);
    }

    /// <returns>The browser in which the number was added; the next message may go at once.</returns>
    private async Task<TestBrowser> HaveNumberAsync()
    {
        var browser = await Accounts.SignInAsync(asha.Email);
        var asked = await browser.PostAsync("/account/phone", [("number", Number)]);
        await browser.SubmitAsync("/account/phone/confirm", [("code", Sms.Code)], asked.Token);
        Accounts.Clock.Advance(PhoneCodes.Pause);
        return browser;
    }

    private async Task HaveAsync(bool hasApp, bool hasPhone, bool hasBackupCodes)
    {
        if (hasPhone)
        {
            await HaveNumberAsync();
        }

        if (hasApp)
        {
            await Accounts.EnrolAsync(asha);
        }

        if (!hasBackupCodes)
        {
            using var connection = Accounts.Server.Workspaces.Control.Open();
            Assert.Equal(10, connection.Execute("DELETE FROM backup_code WHERE person_id = @id", ("@id", asha.Id)));
        }
    }

    /// <summary>The subject of the next mail to Asha.</summary>
    private async Task<string?> SubjectAsync()
    {
        while (true)
        {
            if (await Accounts.Mails.NextAsync(Cancel) is { } mail && mail.To.Mailboxes.Single().Address == asha.Email)
            {
                return mail.Subject;
            }
        }
    }

    /// <summary>A browser in which the password was given and the second step is still to come.</summary>
    private async Task<(TestBrowser Browser, TestBrowser.Page Page)> WaitingAsync(string address = "192.0.2.1")
    {
        var browser = Accounts.Browser(address);
        Assert.Equal("/sign-in/code", (await browser.PostAsync("/sign-in", [("email", asha.Email), ("password", AccountsServer.Password)])).Location);
        return (browser, await browser.GetAsync("/sign-in/code"));
    }

    /// <summary>One server for the whole class; each test has a person and a number of its own.</summary>
    public sealed class House : IAsyncLifetime
    {
        private int numbers = 10;

        internal SmsRecorder Sms { get; } = new();

        internal AccountsServer Accounts { get; private set; } = null!;

        internal int Next() => ++numbers;

        public async ValueTask InitializeAsync() => Accounts = await AccountsServer.StartAsync(change: (services, _) => services.AddSingleton<ISmsSender>(Sms));

        public ValueTask DisposeAsync() => Accounts.DisposeAsync();
    }
}

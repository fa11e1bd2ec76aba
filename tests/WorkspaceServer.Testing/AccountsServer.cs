using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using Xunit;

namespace WorkspaceServer.Testing;

/// <summary>A running server with people in it, a clock that the test moves, and a mailbox that it reads.</summary>
internal sealed class AccountsServer : IAsyncDisposable
{
    public const string Password = "brown cats under the table";

    private AccountsServer(RunningServer server, FakeTimeProvider clock, MailRecorder mails) => (Server, Clock, Mails) = (server, clock, mails);

    public RunningServer Server { get; }

    public FakeTimeProvider Clock { get; }

    public MailRecorder Mails { get; }

    public static async Task<AccountsServer> StartAsync(
        AuthOptions? auth = null, ServerOptions? options = null, LimitOptions? limits = null, Action<IServiceCollection, IMcpServerBuilder>? change = null,
        IReadOnlyDictionary<string, string?>? backup = null)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
        var mails = new MailRecorder();
        var server = await RunningServer.StartAsync(
            options,
            new WebServerChange((services, mcp) =>
            {
                services.AddSingleton<IMailTransport>(mails);
                change?.Invoke(services, mcp);
            }),
            clock,
            limits: limits,
            auth: auth ?? Cheap,
            backup: backup);
        return new AccountsServer(server, clock, mails);
    }

    /// <summary>Hashes far below the least cost that settings may name: these tests make thousands, and are not about how long one takes.</summary>
    public static AuthOptions Cheap { get; } = new() { Argon2Mebibytes = 1, Argon2Passes = 1 };

    /// <summary>Somebody who can sign in.</summary>
    public async Task<Person> AddAsync(string email = "asha@example.in", SystemRole role = SystemRole.User, string password = Password)
    {
        var person = Person.New(email, "Asha", role, Clock.GetUtcNow());
        Assert.True(Server.Get<PeopleStore>().Add(person));
        Server.Get<CredentialStore>().Set(person.Id, await Server.Get<PasswordHasher>().CreateAsync(password, CancellationToken.None), Clock.GetUtcNow());
        return person;
    }

    /// <summary>Gives somebody an authenticator app.</summary>
    /// <returns>Its key, and the backup codes.</returns>
    public async Task<(byte[] Key, IReadOnlyList<string> BackupCodes)> EnrolAsync(Person person)
    {
        var factors = Server.Get<SecondFactorKeeper>();
        var key = FromBase32(factors.BeginEnrolment(person.Id, person.Email).Secret);
        var codes = await factors.ConfirmEnrolmentAsync(person.Id, CodeNow(key), CancellationToken.None);
        Assert.NotNull(codes);
        Clock.Advance(TimeSpan.FromSeconds(30));
        return (key, codes);
    }

    public string CodeNow(byte[] key) => Totp.CodeAt(key, Totp.StepAt(Clock.GetUtcNow()));

    public TestBrowser Browser(string address = "192.0.2.1", bool isHttps = false) => new(Server, address, isHttps);

    /// <summary>A browser in which this person is signed in, without a second factor.</summary>
    public async Task<TestBrowser> SignInAsync(string email = "asha@example.in", string password = Password, string address = "192.0.2.1")
    {
        var browser = Browser(address);
        var answer = await browser.PostAsync("/sign-in", [("email", email), ("password", password)]);
        Assert.Equal((System.Net.HttpStatusCode.SeeOther, "/"), (answer.Status, answer.Location));
        return browser;
    }

    /// <summary>A browser in which this person is signed in with app and password.</summary>
    public async Task<TestBrowser> SignInAsync(byte[] key, string email = "asha@example.in")
    {
        var browser = Browser();
        var first = await browser.PostAsync("/sign-in", [("email", email), ("password", Password)]);
        Assert.Equal("/sign-in/code", first.Location);
        var second = await browser.PostAsync("/sign-in/code", [("code", CodeNow(key))]);
        Assert.Equal("/", second.Location);
        Clock.Advance(TimeSpan.FromSeconds(30));
        return browser;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>The other way round than the server writes it.</summary>
    public static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}

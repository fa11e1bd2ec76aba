using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Challenges;

/// <summary>Forms of strangers on a server with Turnstile, beside a peer that answers as Cloudflare says it does.</summary>
public sealed class TurnstileTests : IClassFixture<TurnstileTests.House>
{
    private static readonly Dictionary<string, (string Path, string Page)> Forms = new()
    {
        [ChallengeActions.Register] = ("/register", "/register"),
        [ChallengeActions.ForgotPassword] = ("/forgot-password", "/forgot-password"),
        [ChallengeActions.SignInLink] = ("/sign-in/link", "/sign-in"),
    };

    private readonly House house;
    private readonly AccountsServer accounts;
    private readonly TurnstilePeer peer;

    public TurnstileTests(House house)
    {
        this.house = house;
        (accounts, peer) = (house.Accounts, house.Peer);
        (peer.Instead, peer.Change) = (null, _ => { });
        peer.Asked.Clear();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A61")]
    public async Task AProof_IsGoodOnce_ForItsForm()
    {
        foreach (var action in Forms.Keys)
        {
            // Who forgot a password has an account, and who makes one has none.
            var (proof, email) = (peer.Solve(action), action + "@example.in");
            if (action != ChallengeActions.Register)
            {
                await accounts.AddAsync(email);
            }

            Assert.Equal(HttpStatusCode.OK, (await SendAsync(action, proof, email, "192.0.2.77")).Status);
            await accounts.Mails.NextLinkAsync(Cancel);

            var asked = Assert.Single(peer.Asked);
            Assert.Equal((TurnstilePeer.Secret, proof, "192.0.2.77"), (asked["secret"], asked["response"], asked["remoteip"]));
            Assert.True(Guid.TryParse(asked["idempotency_key"], out _));

            // Again, with another person's address.
            await RefusedAsync(action, proof);
            peer.Asked.Clear();
        }
    }

    [Theory]
    [Trait("claim", "A61")]
    [InlineData("")]
    [InlineData("0.made-up-by-a-program")]
    [InlineData(TurnstilePeer.DummyProof)]
    [InlineData("another host")]
    [InlineData("another form")]
    [InlineData("a longer name that ends in ours")]
    [InlineData("too old")]
    [InlineData("from tomorrow")]
    [InlineData("too long")]
    public async Task WithoutAGoodProof_NothingIsSent(string kind)
    {
        foreach (var action in Forms.Keys)
        {
            await RefusedAsync(action, kind switch
            {
                "another host" => peer.Solve(action, "evil.example"),
                "another form" => peer.Solve("login"),
                "a longer name that ends in ours" => peer.Solve(action, "evil.127.0.0.1"),
                "too old" => peer.Solve(action, age: TurnstileChallenge.Lifetime + TimeSpan.FromSeconds(1)),
                "from tomorrow" => peer.Solve(action, age: TimeSpan.FromDays(-1)),
                "too long" => new string('x', TurnstileChallenge.MaxProofLength + 1),
                _ => kind,
            });
        }

        await NothingWasMailedAsync();
    }

    [Fact]
    [Trait("claim", "A61")]
    public async Task AUsedProof_IsRefusedHere_EvenIfThePeerSaysYesAgain_AndInARace()
    {
        var (proof, solved) = (peer.Solve(ChallengeActions.Register), accounts.Clock.GetUtcNow());
        peer.Change = answer =>
        {
            foreach (var (name, value) in new[] { ("hostname", "127.0.0.1"), ("action", ChallengeActions.Register), ("challenge_ts", solved.ToString("O")) })
            {
                answer[name] = value;
            }

            answer["success"] = true;
        };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(ChallengeActions.Register, proof)));

        await accounts.Mails.NextLinkAsync(Cancel);
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.BadRequest));
        // As long as Cloudflare would take it, and the clocks differ.
        accounts.Clock.Advance(TurnstileChallenge.Lifetime + TurnstileChallenge.Skew);
        await RefusedAsync(ChallengeActions.Register, proof);
    }

    [Fact]
    [Trait("claim", "A61")]
    public async Task AnAgeThatCloudflareMissed_IsSeenHere()
    {
        foreach (var time in new JsonNode?[] { null, "yesterday", 7, accounts.Clock.GetUtcNow().AddMinutes(-6).ToString("O"), accounts.Clock.GetUtcNow().AddMinutes(1).ToString("O") })
        {
            peer.Change = answer => answer["challenge_ts"] = time?.DeepClone();
            await RefusedAsync(ChallengeActions.Register, peer.Solve(ChallengeActions.Register));
        }

        await NothingWasMailedAsync();
    }

    [Theory]
    [Trait("claim", "A61")]
    [InlineData("500")]
    [InlineData("no JSON")]
    [InlineData("a list")]
    [InlineData("success as a text")]
    [InlineData("a no without a reason")]
    [InlineData("elsewhere")]
    [InlineData("too much")]
    [InlineData("hangs up")]
    [InlineData("slow")]
    [InlineData("invalid-input-secret")]
    [InlineData("internal-error")]
    public async Task WithoutAnAnswer_NothingIsSent_AndItIsSaidWhy(string kind)
    {
        peer.Instead = context => InsteadAsync(context, kind);
        foreach (var action in kind == "slow" ? [ChallengeActions.Register] : Forms.Keys.ToArray())
        {
            var answer = await SendAsync(action, peer.Solve(action));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
            Assert.Contains("cannot ask Cloudflare right now", answer.Body, StringComparison.Ordinal);
        }

        Assert.Contains("Turnstile could not be asked", accounts.Server.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain(TurnstilePeer.Secret, accounts.Server.Logs.All, StringComparison.Ordinal);
        await NothingWasMailedAsync();
    }

    [Fact]
    public async Task AnAnswerThatWasLost_IsAskedForAgain_AndCountsOnce()
    {
        peer.Instead = context =>
        {
            peer.Instead = null;
            peer.Judge(peer.Asked.Single());
            context.Abort();
            return Task.CompletedTask;
        };

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(ChallengeActions.Register, peer.Solve(ChallengeActions.Register))).Status);
        await accounts.Mails.NextLinkAsync(Cancel);
        Assert.Equal(2, peer.Asked.Count);
        Assert.Single(peer.Asked.Select(asked => asked["idempotency_key"]).Distinct());
    }

    [Theory]
    [InlineData(TurnstilePeer.AlwaysPasses, true)]
    [InlineData(TurnstilePeer.AlwaysFails, false)]
    [InlineData(TurnstilePeer.AlreadySpent, false)]
    public async Task SecretsForTests_StopTheStart_AndTheirYesIsForNoHostOfOurs(string secret, bool isGood)
    {
        var answer = await accounts.Server.Get<TurnstileHttp>().AskAsync(secret, TurnstilePeer.DummyProof, "192.0.2.1");

        Assert.Equal((isGood, true), (answer!.IsGood, answer.IsAboutTheProof));
        Assert.NotEqual("127.0.0.1", answer.Hostname);
        Assert.Contains(new ChallengeOptions.Validator().Validate(House.Options with { SecretKey = secret }).Errors, error => error.ErrorMessage.Contains("keys for tests", StringComparison.Ordinal));
    }

    [Theory]
    [Trait("claim", "A61")]
    [InlineData("/sign-in", true)]
    [InlineData("/register", true)]
    [InlineData("/forgot-password", true)]
    [InlineData("/cookies", false)]
    [InlineData("/sign-in/link?token=x", false)]
    [InlineData("/choose-password?token=x", false)]
    [InlineData("/security", false)]
    public async Task OnlyPagesWithTheWidget_MayLoadFromElsewhere(string path, bool hasWidget)
    {
        using var response = await accounts.Server.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        var body = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(hasWidget, body.Contains("data-sitekey=\"" + TurnstilePeer.SiteKey, StringComparison.Ordinal));
        Assert.Equal(hasWidget, body.Contains("<script src=\"https://challenges.cloudflare.com/turnstile/v0/api.js\"", StringComparison.Ordinal));
        Assert.Equal(
            hasWidget
                ? "default-src 'none'; script-src 'self' https://challenges.cloudflare.com; frame-src https://challenges.cloudflare.com; style-src 'self'; img-src 'self'; font-src 'self'; "
                    + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
                : Page.ContentSecurityPolicy,
            policy);
    }

    [Fact]
    public async Task TheRefusedForm_HasAFreshWidget_UnderTheSamePolicy()
    {
        var answer = await SendAsync(ChallengeActions.ForgotPassword, "");

        Assert.Contains("data-action=\"forgot-password\" data-response-field-name=\"challenge\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("Show first that you are a person", answer.Body, StringComparison.Ordinal);
        Assert.Contains("challenges.cloudflare.com", (await accounts.Browser().GetAsync("/cookies")).Body, StringComparison.Ordinal);
        Assert.Contains("load from Cloudflare", (await accounts.Browser().GetAsync("/legal/privacy")).Body, StringComparison.Ordinal);
    }

    private async Task InsteadAsync(HttpContext context, string kind)
    {
        switch (kind)
        {
            case "500":
                context.Response.StatusCode = 500;
                break;
            case "elsewhere":
                context.Response.Redirect("https://evil.example/turnstile/v0/siteverify", permanent: false);
                break;
            case "hangs up":
                context.Abort();
                break;
            case "slow":
                // The server gives up when its clock says so; then the connection ends.
                accounts.Clock.Advance(TurnstileHttp.Timeout);
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            default:
                await context.Response.WriteAsync(kind switch
                {
                    "no JSON" => "<html>Bad gateway</html>",
                    "a list" => "[true]",
                    "success as a text" => "{\"success\":\"true\",\"hostname\":\"127.0.0.1\",\"action\":\"register\"}",
                    "a no without a reason" => "{\"success\":false,\"error-codes\":[]}",
                    "too much" => "{\"success\":true,\"cdata\":\"" + new string('x', TurnstileHttp.MaxAnswerBytes) + "\"}",
                    _ => $"{{\"success\":false,\"error-codes\":[\"{kind}\"]}}",
                });
                break;
        }
    }

    private async Task<TestBrowser.Page> SendAsync(string action, string proof, string? email = null, string? address = null)
    {
        var number = house.NextPerson();
        return await accounts.Browser(address ?? $"198.51.{100 + (number / 250)}.{1 + (number % 250)}")
            .PostAsync(Forms[action].Path, [("email", email ?? $"person{number}@example.in"), ("challenge", proof)], Forms[action].Page);
    }

    private async Task RefusedAsync(string action, string proof)
    {
        var answer = await SendAsync(action, proof);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("that you are a person", answer.Body, StringComparison.Ordinal);
    }

    /// <summary>The next mail is one that was asked for rightly.</summary>
    private async Task NothingWasMailedAsync()
    {
        (peer.Instead, peer.Change) = (null, _ => { });
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(ChallengeActions.Register, peer.Solve(ChallengeActions.Register), "last@example.in")).Status);
        Assert.Equal("last@example.in", Assert.Single((await accounts.Mails.NextAsync(Cancel)).To.Mailboxes).Address);
    }

    /// <summary>One server for all of them.</summary>
    public sealed class House : IAsyncLifetime
    {
        private int people;

        internal static ChallengeOptions Options { get; } = new() { Provider = ChallengeProvider.Turnstile, SiteKey = TurnstilePeer.SiteKey, SecretKey = TurnstilePeer.Secret };

        internal AccountsServer Accounts { get; private set; } = null!;

        internal TurnstilePeer Peer { get; private set; } = null!;

        public int NextPerson() => Interlocked.Increment(ref people);

        public async ValueTask InitializeAsync()
        {
            Accounts = await AccountsServer.StartAsync(AccountsServer.Cheap with { AllowRegistration = true }, change: (services, _) =>
            {
                services.AddSingleton(Options);
                services.AddSingleton(provider =>
                {
                    Peer = new TurnstilePeer(provider.GetRequiredService<TimeProvider>());
                    return new TurnstileHttp(Peer.CreateHandler(), provider.GetRequiredService<TimeProvider>());
                });
            });
            Accounts.Server.Get<TurnstileHttp>();
        }

        public async ValueTask DisposeAsync()
        {
            await Accounts.DisposeAsync();
            await Peer.DisposeAsync();
        }
    }
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>The issuer's keys: kept, renewed when it changes them, and never at the price of hammering it, of waiting, or of reading without a bound.</summary>
public sealed class IssuerKeysTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero));
    private OidcIssuer issuer = null!;
    private IssuerHttp http = null!;
    private IssuerKeys keys = null!;

    public ValueTask InitializeAsync()
    {
        issuer = OidcIssuer.Start("https://id.sharma.example", clock);
        http = new IssuerHttp(issuer.CreateHandler(), clock);
        keys = new IssuerKeys(http, () => Task.FromResult(new Uri("https://id.sharma.example/.well-known/jwks.json")), clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        keys.Dispose();
        http.Dispose();
        await issuer.DisposeAsync();
    }

    [Fact]
    public async Task KeysAreFetchedOnce_AndAgainAfterAnHour()
    {
        var first = await FindAsync(issuer.Signer.Name);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FindAsync(issuer.Signer.Name)));
        Assert.NotNull(first);
        Assert.Equal(1, issuer.KeyRequests);

        clock.Advance(IssuerDocument<object>.MaxAge);
        await FindAsync(issuer.Signer.Name);
        Assert.Equal(2, issuer.KeyRequests);
    }

    [Fact]
    public async Task ANewKeyIsFoundAtOnce_AndTheOldOneNoLonger()
    {
        var old = issuer.Signer.Name;
        await FindAsync(old);
        clock.Advance(IssuerDocument<object>.MinInterval);
        issuer.Signer = new TokenSigner();

        Assert.NotNull(await FindAsync(issuer.Signer.Name));
        Assert.Null(await FindAsync(old));
        Assert.Equal(2, issuer.KeyRequests);
    }

    [Fact]
    public async Task MadeUpKeyNamesDoNotMakeUsHammerTheIssuer()
    {
        for (var second = 0; second < 60; second++)
        {
            for (var i = 0; i < 10; i++)
            {
                Assert.Null(await FindAsync($"made-up-{second}-{i}"));
            }

            clock.Advance(TimeSpan.FromSeconds(1));
        }

        // One at the start, then at most one in each ten seconds.
        Assert.InRange(issuer.KeyRequests, 2, 7);
    }

    [Fact]
    public async Task KnownKeysStayGoodWhileTheIssuerIsAway_ForADay()
    {
        await FindAsync(issuer.Signer.Name);
        issuer.AnswerForKeys = context => AnswerAsync(context, 503, "away");
        clock.Advance(TimeSpan.FromHours(23));
        Assert.NotNull(await FindAsync(issuer.Signer.Name));

        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("status_503", (await Assert.ThrowsAsync<SignInRefused>(() => FindAsync(issuer.Signer.Name))).Reason);
    }

    [Theory]
    [InlineData("status_302", 302, "")]
    [InlineData("status_404", 404, "{}")]
    [InlineData("malformed_keys", 200, "<html>")]
    [InlineData("malformed_keys", 200, "{\"keys\":5}")]
    public async Task AnAnswerThatIsNoKeySetIsNotUsed(string reason, int status, string body)
    {
        issuer.AnswerForKeys = context =>
        {
            context.Response.Headers.Location = "https://id.sharma.example/elsewhere";
            return AnswerAsync(context, status, body);
        };

        Assert.Equal(reason, (await Assert.ThrowsAsync<SignInRefused>(() => FindAsync(issuer.Signer.Name))).Reason);
        Assert.Equal(1, issuer.KeyRequests);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task AKeySetHasABoundedSize(int tooMany, bool isRead)
    {
        var set = issuer.Signer.KeySet().ToJsonString();
        issuer.AnswerForKeys = context => AnswerAsync(context, 200, set + new string(' ', IssuerHttp.MaxAnswerBytes - set.Length + tooMany));

        Assert.Equal(isRead ? null : "too_large", (await Record.ExceptionAsync(() => FindAsync(issuer.Signer.Name)) as SignInRefused)?.Reason);
    }

    [Theory]
    [InlineData(IssuerKeys.MaxKeys, true)]
    [InlineData(IssuerKeys.MaxKeys + 1, false)]
    public void AKeySetHasABoundedNumberOfKeys(int count, bool isRead)
    {
        var set = new JsonObject { ["keys"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => new JsonObject { ["kty"] = "oct", ["kid"] = $"{i}", ["k"] = "AA" })]) };

        Assert.Equal(isRead ? null : "too_many_keys", (Record.Exception(() => IssuerKeys.Parse(set.ToJsonString())) as SignInRefused)?.Reason);
    }

    [Fact]
    public async Task AnIssuerThatIsSlowIsNotWaitedFor()
    {
        var asked = new TaskCompletionSource();
        issuer.AnswerForKeys = async context =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var finding = FindAsync(issuer.Signer.Name);
        await asked.Task;
        clock.Advance(IssuerHttp.Timeout);

        Assert.Equal("too_slow", (await Assert.ThrowsAsync<SignInRefused>(() => finding)).Reason);
    }

    [Fact]
    public async Task NothingIsAskedOverPlainHttp()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://127.0.0.1:1/");

        Assert.Equal("not_https", (await Assert.ThrowsAsync<SignInRefused>(() => http.SendAsync(request))).Reason);
    }

    [Fact]
    public async Task ACertificateThatNobodyVouchesForIsNotTaken()
    {
        using var handler = issuer.CreateHandler();
        handler.SslOptions = new();
        using var strict = new IssuerHttp(handler, clock);

        Assert.Equal("no_answer", (await Assert.ThrowsAsync<SignInRefused>(() => strict.GetAsync(new Uri("https://id.sharma.example/.well-known/jwks.json")))).Reason);
        Assert.Equal(0, issuer.KeyRequests);
    }

    [Theory]
    [InlineData("""{"kty":"oct","kid":"a","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}""")]
    [InlineData("""{"kty":"RSA","kid":"a","e":"AQAB","n":"!!"}""")]
    [InlineData("""{"kty":"RSA","kid":"a","e":"AQAB","n":"vrjOfz9Ccdgx5nQudyhdoR17V-IubWMeOZCwX_jj0hgAsz2J_pqYW08PLbK_PdiVGKPrqzmDIsLI7sA25VEnHU1uCLNwBuUiCO11_-7dYbsr4iJmG0Qu2j8DsVyT1azpJC_NG84Ty5KKthuCaPod7iI7w0LK9orSMhBEwwZDCxTWq4aYWAchc8t-emd9qOvWtVMDC2BXksRngh6X5bUYLy6AyHKvj-nUy1wgzjYQDwHMTplCoLtU-o-8SNnZ1tmRoGE9uJkBLdh5gFENabWnU5m1ZqZPdwS-qo-meMvVfJb6jJVWRpl2SUtCnYG2C32qvbWbjZ_jBPD5eunqsIo1vQ"}""")]
    [InlineData("""{"kty":"RSA","kid":"b","use":"enc","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}""")]
    [InlineData("""{"kty":"RSA","kid":"a","e":"AQAB","n":"sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3JDXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy_c4"}""")]
    [InlineData("""{"kty":"EC","kid":"a","crv":"P-384","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"RSA","e":"AQAB","n":"AA"}""")]
    public void AKeyThatMustNotSignIsPassedOver(string key)
    {
        var isGood = key.Contains("vrjOfz9", StringComparison.Ordinal);

        Assert.Equal(isGood ? 1 : 0, IssuerKeys.Parse($$"""{"keys":[{{key}}]}""").Count);
    }

    private Task<SecurityKey?> FindAsync(string name) => keys.FindAsync(name, SecurityAlgorithms.RsaSha256, TestContext.Current.CancellationToken);

    private static Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }
}

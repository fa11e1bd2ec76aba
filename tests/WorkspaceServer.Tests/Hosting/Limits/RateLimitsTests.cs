using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Commands;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Hosting.Limits;

/// <summary>Limits as callers meet them: real HTTP through the real pipeline, with a clock that stands still unless a test moves it.</summary>
public sealed class RateLimitsTests : IAsyncDisposable
{
    private const string One = "192.0.2.1";
    private const string Other = "192.0.2.2";

    private static readonly LimitOptions Few = new() { Public = 3, Mcp = 3, Pages = 3, SignIn = 3, BadTokens = 3, Sync = 3, Contact = 3, Waitlist = 3, Export = 3 };
    private static readonly RateClass[] FormClasses = [RateClasses.SignIn, RateClasses.Sync, RateClasses.Contact, RateClasses.Waitlist];

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<string> worked = [];
    private RunningServer? server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Exhausted => [.. FormClasses.Select(rate => rate.Name)];

    [Fact]
    [Trait("claim", "A74")]
    [Trait("claim", "D37")]
    public async Task OneRequestTooManyIsRefused_AndToldWhenToComeAgain()
    {
        await StartAsync();
        for (var left = 2; left >= 0; left--)
        {
            using var good = await GetAsync("/healthz", One);
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
            Assert.Equal("\"public\";q=3;w=60", Header(good, "RateLimit-Policy"));
            Assert.StartsWith($"\"public\";r={left};t=", Header(good, "RateLimit"), StringComparison.Ordinal);
        }

        using var refused = await GetAsync("/healthz", One);
        var problem = JsonElement.Parse(await refused.Content.ReadAsStringAsync(Cancel));
        var seconds = int.Parse(Header(refused, "Retry-After")!, CultureInfo.InvariantCulture);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("too_many_requests", problem.GetProperty("code").GetString());
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"\"public\";r=0;t={seconds}", Header(refused, "RateLimit"));
        Assert.InRange(seconds, 60, 66);
        Assert.Equal("nosniff", Header(refused, "X-Content-Type-Options"));

        // Another address and another class are not touched; other endpoints of the class are.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/healthz", Other));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/test/sign-in", One));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/readyz", One));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/nothing-here", One));

        clock.Advance(TimeSpan.FromSeconds(seconds - 7));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/healthz", One));
        clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/healthz", One));
    }

    [Theory]
    [MemberData(nameof(Exhausted))]
    [Trait("claim", "A75")]
    public async Task ExhaustingOneClassLeavesTheOthersWhole(string exhausted)
    {
        await StartAsync();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(i < 3 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await StatusAsync($"/test/{exhausted}", One));
        }

        foreach (var rate in FormClasses.Where(rate => rate.Name != exhausted))
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(i < 3 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await StatusAsync($"/test/{rate.Name}", One));
            }
        }

        // What was refused never ran.
        Assert.All(FormClasses, rate => Assert.Equal(3, worked.Count(name => name == rate.Name)));
    }

    [Theory]
    [Trait("claim", "A74")]
    [InlineData("2001:db8:7:7::1", "2001:db8:7:7:9999::5", true)]
    [InlineData("2001:db8:7:7::1", "2001:db8:7:8::1", false)]
    [InlineData(One, "::ffff:192.0.2.1", true)]
    public async Task AnIPv6NetworkIsOneCaller(string first, string second, bool isOne)
    {
        await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await StatusAsync("/test/sign-in", first);
        }

        Assert.Equal(isOne ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK, await StatusAsync("/test/sign-in", second));
    }

    [Fact]
    [Trait("claim", "A74")]
    public async Task WhatACallerSaysOfItsAddressChangesNothing()
    {
        await StartAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            // The proxy appends the address it saw; what stands before it the caller made up.
            using var response = await server!.SendAsync(
                HttpMethod.Get, "/test/sign-in", null, null, ("X-Forwarded-For", $"203.0.113.{i}, {One}"), ("X-Real-IP", $"203.0.113.{i}"), ("Forwarded", $"for=203.0.113.{i}"));
            statuses.Add(response.StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
    }

    [Fact]
    [Trait("claim", "D38")]
    public async Task TwoBehindOneAddressHaveTheirOwnQuota_AndOneAtTwoAddressesHasOne()
    {
        await StartAsync();
        var (first, second) = (server!.Token(), server.Token());
        string[] addresses = [One, Other, One];
        foreach (var address in addresses)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync("/test/pages", address, first));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/test/pages", Other, first));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/test/pages", "198.51.100.1", first));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/test/pages", One, second));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/test/pages", One));
    }

    [Fact]
    [Trait("claim", "C32")]
    public async Task ATokenHasItsCallsPerMinute_AndIsToldSoInTheFormOfTheProtocol()
    {
        await StartAsync();
        var (token, other) = (server!.Token(), server.Token());
        for (var i = 0; i < 3; i++)
        {
            using var good = await CallAsync(token);
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
            Assert.StartsWith($"\"mcp\";r={2 - i};t=", Header(good, "RateLimit"), StringComparison.Ordinal);
        }

        using var refused = await CallAsync(token);
        var answer = JsonElement.Parse(await refused.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(int.Parse(Header(refused, "Retry-After")!, CultureInfo.InvariantCulture), 1, 66);
        Assert.Equal("2.0", answer.GetProperty("jsonrpc").GetString());
        Assert.Equal(-32000, answer.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Contains("Come again in", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        using var another = await CallAsync(other);
        Assert.Equal(HttpStatusCode.OK, another.StatusCode);
    }

    [Fact]
    [Trait("claim", "C32")]
    public async Task ARealClientLearnsThatItAsksTooOften()
    {
        await StartAsync(Few with { Mcp = 1 });
        var problem = await Assert.ThrowsAsync<ProblemException>(() => Features.Mcp.McpQuestion.AskAsync(server!.Mcp, server.Token(), "SELECT 1", Cancel));

        Assert.Equal(ProblemCodes.TooManyRequests, problem.Code);
    }

    [Fact]
    public async Task WithoutATokenCallersAreCountedByAddress()
    {
        await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/mcp", One, method: HttpMethod.Post));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/mcp", One, method: HttpMethod.Post));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/mcp", Other, method: HttpMethod.Post));
    }

    [Fact]
    public async Task AFloodOfBadTokensIsNotEvenLookedUp_AndDoesNotShutOutWhoWasGoodBefore()
    {
        await StartAsync(Few with { Mcp = 100 });
        var (known, fresh) = (server!.Token(), server.Token());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/test/pages", One, known));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/mcp", One, Vault.Tokens.SecretToken.Create("wsp_mcp_"), HttpMethod.Post));
        }

        // From here on nothing that was not good before is looked up: not even a good token that came from nowhere.
        using var refused = await server.SendAsync(HttpMethod.Post, "/mcp", fresh, null, ("X-Forwarded-For", One));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains("bad-tokens", Header(refused, "RateLimit"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/test/pages", One, known));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/test/pages", Other, fresh));
    }

    [Fact]
    public async Task AFailureCarriesTheHeadersToo()
    {
        await StartAsync();
        using var failed = await GetAsync("/test/fails", One);

        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.StartsWith("\"public\";r=2;", Header(failed, "RateLimit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALimitIsRaisedAndLoweredBySetting()
    {
        await StartAsync(new LimitOptions { Public = 1 });

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/healthz", One));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/healthz", One));
    }

    [Fact]
    public void EveryClassHasItsSetting_WithItsOwnDefault()
    {
        var settings = OptionsSections.Settable(typeof(LimitOptions)).Select(property => property.Name).ToArray();

        Assert.Equal(RateClasses.BySetting.Keys.Order(StringComparer.Ordinal), settings.Order(StringComparer.Ordinal));
        Assert.All(new LimitOptions().ByClass(), entry => Assert.Equal(entry.Key.Requests, entry.Value));
        Assert.Equal(RateClasses.All.Count, RateClasses.All.Select(rate => rate.Name).Distinct().Count());
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_001, false)]
    public void ALimitHasBounds(int value, bool isGood)
    {
        var validator = new LimitOptions.Validator();

        Assert.Equal(isGood, validator.Validate(new LimitOptions { SignIn = value }).IsValid);
        Assert.Equal(isGood, validator.Validate(new LimitOptions { Waitlist = value }).IsValid);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    private async Task StartAsync(LimitOptions? limits = null) => server = await RunningServer.StartAsync(clock: clock, limits: limits ?? Few, change: new WebServerChange(Map: routes =>
    {
        foreach (var rate in (RateClass[])[.. FormClasses, RateClasses.Pages])
        {
            routes.MapGet($"/test/{rate.Name}", () =>
            {
                lock (worked)
                {
                    worked.Add(rate.Name);
                }

                return "done";
            }).Open(rate);
        }

        routes.MapGet("/test/fails", (HttpContext _) => throw new InvalidOperationException("on purpose")).Open();
    }));

    private Task<HttpResponseMessage> GetAsync(string path, string address) => server!.SendAsync(HttpMethod.Get, path, null, null, ("X-Forwarded-For", address));

    private async Task<HttpStatusCode> StatusAsync(string path, string address, string? token = null, HttpMethod? method = null)
    {
        using var response = await server!.SendAsync(method ?? HttpMethod.Get, path, token, null, ("X-Forwarded-For", address));
        return response.StatusCode;
    }

    private Task<HttpResponseMessage> CallAsync(string token) =>
        server!.SendAsync(HttpMethod.Post, "/mcp", token, new StringContent(McpCalls.ListTools, Encoding.UTF8, "application/json"), McpCalls.Accept);

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}

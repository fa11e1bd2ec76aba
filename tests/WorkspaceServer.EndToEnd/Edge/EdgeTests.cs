using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using WorkspaceServer.Hosting;
using Xunit;

namespace WorkspaceServer.EndToEnd.Edge;

/// <summary>The shipped nginx.conf in the real nginx, in front of the real server.</summary>
public sealed class EdgeTests(EdgeFixture fixture) : IClassFixture<EdgeFixture>
{
    private const int Mebibyte = 1 << 20;
    private const string SomeId = "0193b3a2c4d57e8f9a0b1c2d3e4f5061";

    // Without @SECLEVEL=0 our own openssl would not even offer what is old.
    private static readonly string[][] Forbidden =
    [
        ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
        ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        ["-tls1_2", "-cipher", "ALL:!AESGCM:!CHACHA20:!AESCCM:!ARIAGCM:@SECLEVEL=0"],
        ["-tls1_2", "-cipher", "kRSA:@SECLEVEL=0"],
        ["-tls1_2", "-cipher", "AESCCM:@SECLEVEL=0"],
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A24")]
    [Trait("claim", "A25")]
    [Trait("claim", "A26")]
    [Trait("claim", "B8")]
    public async Task OnlyTls12And13_AndOnlyAuthenticatedEncryption()
    {
        Assert.StartsWith("TLS_", await fixture.Edge.HandshakeAsync(Cancel, "-tls1_3"), StringComparison.Ordinal);
        foreach (var suite in new[] { "AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305" })
        {
            Assert.Equal("ECDHE-ECDSA-" + suite, await fixture.Edge.HandshakeAsync(Cancel, "-tls1_2", "-cipher", "ECDHE-ECDSA-" + suite));
            Assert.Equal("ECDHE-RSA-" + suite, await fixture.Edge.HandshakeAsync(Cancel, "-tls1_2", "-cipher", "ECDHE-RSA-" + suite));
        }

        foreach (var offer in Forbidden)
        {
            Assert.True(await fixture.Edge.HandshakeAsync(Cancel, offer) is null, string.Join(' ', offer));
        }
    }

    [Fact]
    public async Task WhatIsRefused_IsReallyOffered()
    {
        await using var lax = await RunningEdge.StartAsync(fixture.Server.Url, text => text
            .Replace("ssl_protocols TLSv1.2 TLSv1.3;", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;", StringComparison.Ordinal)
            .Replace("ssl_ciphers ", "ssl_ciphers ALL:@SECLEVEL=0; #", StringComparison.Ordinal));

        foreach (var offer in Forbidden)
        {
            Assert.True(await lax.HandshakeAsync(Cancel, offer) is not null, string.Join(' ', offer));
        }
    }

    [Fact]
    [Trait("claim", "C11")]
    public async Task TheStricterProfileTakes13Alone()
    {
        await using var strict = await RunningEdge.StartAsync(
            fixture.Server.Url, text => text.Replace("ssl_protocols TLSv1.2 TLSv1.3;", "ssl_protocols TLSv1.3;", StringComparison.Ordinal));

        Assert.StartsWith("TLS_", await strict.HandshakeAsync(Cancel, "-tls1_3"), StringComparison.Ordinal);
        Assert.Null(await strict.HandshakeAsync(Cancel, "-tls1_2"));
    }

    [Fact]
    [Trait("claim", "A24")]
    [Trait("claim", "B9")]
    public async Task PlainHttpOnlyLeadsToHttps_AndOtherNamesGetNothing()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        async Task<HttpResponseMessage> GetAsync(string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{fixture.Edge.PlainPort}/sign-in?a=b");
            request.Headers.Host = host;
            return await http.SendAsync(request, Cancel);
        }

        using var answer = await GetAsync(RunningEdge.Name);
        Assert.Equal((HttpStatusCode.MovedPermanently, $"https://{RunningEdge.Name}/sign-in?a=b"), (answer.StatusCode, answer.Headers.Location?.ToString()));
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync("evil.example"));
        Assert.Null(await fixture.Edge.HandshakeAsync(Cancel, "-servername", "evil.example"));
    }

    [Fact]
    [Trait("claim", "B48")]
    [Trait("claim", "E3")]
    public async Task TheDashboardIsThereOverHttps_AndTheLogSaysWhenInUtc()
    {
        using var client = fixture.Edge.Client();
        using var answer = await client.GetAsync("/sign-in", Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("<form", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        // Its line may be written a moment after the answer: each that is there is looked at, and an answer of this class was before.
        using var another = await client.GetAsync("/healthz", Cancel);
        var logged = (await File.ReadAllTextAsync(fixture.Edge.AccessLog, Cancel)).Split('\n')[..^1];
        Assert.NotEmpty(logged);
        Assert.All(logged, line => Assert.Matches(@"^\S+ \[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] """, line));
    }

    [Fact]
    [Trait("claim", "A48")]
    [Trait("claim", "A49")]
    [Trait("claim", "A50")]
    [Trait("claim", "A51")]
    [Trait("claim", "A52")]
    [Trait("claim", "A53")]
    [Trait("claim", "B9")]
    public async Task EachHeaderComesOnce_WhoeverAnswers()
    {
        using var client = fixture.Edge.Client();
        (string Path, int Status)[] fromServer =
        [
            ("/healthz", 200), ("/test/redirect", 302), ("/test/status/400", 400), ("/api/v1/workspaces", 401), ("/test/status/403", 403), ("/nothing", 404),
            ("/test/status/413", 413), ("/test/status/429", 429), ("/test/fails", 500), ("/test/status/503", 503),
        ];
        foreach (var (path, status) in fromServer)
        {
            using var answer = await client.GetAsync(path, Cancel);
            Check(answer, status, byServer: true);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth/token") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", fixture.Server.Token()) } };
        using var wrongMethod = await client.SendAsync(request, Cancel);
        Check(wrongMethod, 405, byServer: true);
        using var hidden = await client.GetAsync("/metrics", Cancel);
        Check(hidden, 404, byServer: false);
        using var body = new ByteArrayContent(new byte[Mebibyte + 1]);
        using var large = await client.PostAsync("/mcp", body, Cancel);
        Check(large, 413, byServer: false);
        Assert.Contains("\"code\":\"payload_too_large\"", await large.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        await using var raw = await fixture.Edge.ConnectAsync(Cancel);
        await raw.WriteAsync("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"u8.ToArray(), Cancel);
        using var reader = new StreamReader(raw);
        var text = await reader.ReadToEndAsync(Cancel);
        Assert.StartsWith("HTTP/1.1 400", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("X-Frame-Options: DENY").Length);
    }

    [Fact]
    [Trait("claim", "C17")]
    public async Task TheOuterWallRefusesAFlood_AndAServerThatIsAwayIsSaidToBe()
    {
        await using var narrow = await RunningEdge.StartAsync(new Uri("http://127.0.0.1:1"), text => text
            .Replace("rate=100r/s", "rate=1r/m", StringComparison.Ordinal).Replace("burst=400", "burst=2", StringComparison.Ordinal));
        using var client = narrow.Client();
        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            using var answer = await client.GetAsync("/healthz", Cancel);
            Check(answer, (int)answer.StatusCode, byServer: false);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            statuses.Add((int)answer.StatusCode);
        }

        Assert.Equal([503, 503, 503, 429, 429], statuses);
    }

    [Theory]
    [InlineData("/mcp", 1)]
    [InlineData("/sign-in", 1)]
    [InlineData($"/api/v1/workspaces/{SomeId}/sync/runs/{SomeId}/batches/1", 5)]
    [InlineData($"/w/{SomeId}/upload", 17)]
    [InlineData($"/api/v1/workspaces/{SomeId}/tables", 17)]
    public async Task EachRouteHasItsBound(string path, int mebibytes)
    {
        using var client = fixture.Edge.Client();
        using var most = new ByteArrayContent(new byte[mebibytes * Mebibyte]);
        using var more = new ByteArrayContent(new byte[(mebibytes * Mebibyte) + 1]);
        using var fits = await client.PostAsync(path, most, Cancel);
        using var tooLarge = await client.PostAsync(path, more, Cancel);

        // The server may answer a stranger and hang up before the body is there, which nginx takes for its absence: that is no refusal of the size.
        Assert.NotEqual(HttpStatusCode.RequestEntityTooLarge, fits.StatusCode);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, false), (tooLarge.StatusCode, IsFromServer(tooLarge)));
    }

    [Fact]
    [Trait("claim", "A37")]
    [Trait("claim", "D19")]
    public async Task AnAddressThatTheClientWritesIsNotBelieved_UnlessItIsCloudflares()
    {
        var list = await File.ReadAllTextAsync(Path.Combine(NodeTools.Repository, "ops", "nginx", "cloudflare.conf"), Cancel);
        Assert.Equal("127.0.0.3", await AddressAsync(fixture.Edge, "127.0.0.3"));
        await using var shipped = await RunningEdge.StartAsync(fixture.Server.Url, snippet: list);
        Assert.Equal("127.0.0.3", await AddressAsync(shipped, "127.0.0.3"));

        // One of Cloudflare's ranges, moved to where a test can come from.
        Assert.Contains("173.245.48.0/20", list, StringComparison.Ordinal);
        await using var moved = await RunningEdge.StartAsync(fixture.Server.Url, snippet: list.Replace("173.245.48.0/20", "127.0.0.2/32", StringComparison.Ordinal));
        Assert.Equal("198.51.100.8", await AddressAsync(moved, "127.0.0.2"));
        Assert.Equal("127.0.0.3", await AddressAsync(moved, "127.0.0.3"));
    }

    [Theory]
    [InlineData("/mcp/test")]
    [InlineData("/test/events")]
    public async Task AnEventIsThereBeforeItsStreamEnds(string path)
    {
        using var client = fixture.Edge.Client();
        client.Timeout = TimeSpan.FromSeconds(10);
        using var answer = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));

        try
        {
            Assert.Equal("data: first", await reader.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancel));
        }
        finally
        {
            (path == "/mcp/test" ? fixture.McpStreamMayEnd : fixture.PageStreamMayEnd).SetResult();
        }

        Assert.Contains("data: last", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "C17")]
    public async Task AThousandSlowClients_DoNotKeepAGoodOneWaiting()
    {
        var slow = new SslStream?[1000];
        try
        {
            await Parallel.ForAsync(0, slow.Length, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel }, async (i, cancel) =>
            {
                var stream = await fixture.Edge.ConnectAsync(cancel);
                slow[i] = stream;
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {RunningEdge.Name}\r\nX-Slow: "), cancel);
            });

            using var client = fixture.Edge.Client();
            var times = new List<TimeSpan>();
            for (var i = 0; i < 100; i++)
            {
                foreach (var stream in slow.AsSpan(i * 10, 10).ToArray())
                {
                    await stream!.WriteAsync("a"u8.ToArray(), Cancel);
                }

                // Each over a connection of its own, as a new visitor comes.
                var begun = Stopwatch.GetTimestamp();
                using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
                request.Headers.ConnectionClose = true;
                using var answer = await client.SendAsync(request, Cancel);
                times.Add(Stopwatch.GetElapsedTime(begun));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            var p99 = times.Order().ElementAt(98);
            TestContext.Current.TestOutputHelper!.WriteLine($"p99 of the good client: {p99.TotalMilliseconds:0.0} ms");
            Assert.True(p99 < TimeSpan.FromSeconds(1), $"p99 of the good client was {p99}");
        }
        finally
        {
            foreach (var stream in slow)
            {
                await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
            }
        }
    }

    /// <summary>Where the server believes that a request comes from, whose client writes other addresses into every header that there is for it.</summary>
    private static async Task<string> AddressAsync(RunningEdge edge, string from)
    {
        using var client = edge.Client(from);
        foreach (var (name, value) in new[] { ("X-Forwarded-For", "198.51.100.7"), ("CF-Connecting-IP", "198.51.100.8"), ("X-Real-IP", "198.51.100.9"), ("Forwarded", "for=198.51.100.10") })
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        return await client.GetStringAsync("/test/address", Cancel);
    }

    /// <summary>The server gives each answer an id; nginx does not.</summary>
    private static bool IsFromServer(HttpResponseMessage answer) => answer.Headers.Contains("X-Request-Id");

    private static void Check(HttpResponseMessage answer, int status, bool byServer)
    {
        Assert.Equal((status, byServer), ((int)answer.StatusCode, IsFromServer(answer)));
        (string Name, string Value)[] exact =
        [
            ("Strict-Transport-Security", SecurityHeaders.StrictTransportSecurity), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"), ("Permissions-Policy", SecurityHeaders.PermissionsPolicy),
        ];
        foreach (var (name, value) in exact)
        {
            Assert.Equal(value, Assert.Single(answer.Headers.GetValues(name)));
        }

        Assert.Contains("frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Single(answer.Headers.GetValues("Cache-Control"));
    }
}

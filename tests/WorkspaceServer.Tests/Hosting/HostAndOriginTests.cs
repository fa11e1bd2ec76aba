using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Health.Checks;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Hosting;

/// <summary>Which names and which pages the server answers.</summary>
public sealed class HostAndOriginTests : IAsyncLifetime
{
    private RunningServer server = null!;

    public async ValueTask InitializeAsync() => server = await RunningServer.StartAsync(new ServerOptions
    {
        PublicUrl = "https://ws.example.in",
        AllowedHosts = ["books.example.in"],
        AllowedOrigins = ["https://inspector.example.in"],
    });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [Trait("claim", "A41")]
    [InlineData("ws.example.in", true)]
    [InlineData("WS.example.in", true)]
    [InlineData("ws.example.in:8443", true)]
    [InlineData("books.example.in", true)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1:8080", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("evil.example", false)]
    [InlineData("ws.example.in.evil.example", false)]
    [InlineData("evil-ws.example.in", false)]
    [InlineData("x.ws.example.in", false)]
    [InlineData("169.254.169.254", false)]
    public async Task OnlyOurHostNamesAreAnswered(string host, bool isOurs)
    {
        using var response = await server.SendAsync(HttpMethod.Get, "/healthz", null, null, ("Host", host));

        Assert.Equal(isOurs ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("", "The request names no host.")]
    [InlineData("localhost:65536", "The request names a port that there cannot be.")]
    [InlineData("localhost:99999999999999999999", "The request names a port that there cannot be.")]
    [InlineData("localhost:65535", "404 Not Found")]
    public async Task ABrowserThatNamesNoHostOrPortThatCanBe_IsToldSo(string host, string said)
    {
        // No HTTP client of .NET sends such a Host, so this is written by hand.
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Url.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /nothing HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        var answer = await new StreamReader(client.GetStream()).ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith(said.StartsWith("The request", StringComparison.Ordinal) ? "HTTP/1.1 400 " : "HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        Assert.Contains(said, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AForwardedHostChangesNothing()
    {
        using var response = await server.SendAsync(HttpMethod.Get, "/healthz", null, null, ("Host", "evil.example"), ("X-Forwarded-Host", "ws.example.in"));

        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Theory]
    [Trait("claim", "D45")]
    [InlineData(null, true)]
    [InlineData("https://ws.example.in", true)]
    [InlineData("https://inspector.example.in", true)]
    [InlineData("http://ws.example.in", false)]
    [InlineData("https://ws.example.in:444", false)]
    [InlineData("https://evil-ws.example.in", false)]
    [InlineData("https://ws.example.in.evil.example", false)]
    [InlineData("https://x.inspector.example.in", false)]
    [InlineData("https://ws.example.in, https://evil.example", false)]
    [InlineData("http://localhost:6274", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public async Task OnlyPagesOfAllowedOriginsMayCallTheEndpoint(string? origin, bool isAllowed)
    {
        (string, string)[] headers = origin is null ? McpCalls.Accept : [("Origin", origin), .. McpCalls.Accept];
        using var response = await server.SendAsync(HttpMethod.Post, "/mcp", server.Token(), new StringContent(McpCalls.ListTools, Encoding.UTF8, "application/json"), headers);

        Assert.Equal(isAllowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(!isAllowed, (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Contains("origin_not_allowed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheOriginIsCheckedBeforeTheToken()
    {
        using var response = await server.SendAsync(HttpMethod.Post, "/mcp/", null, null, ("Origin", "https://evil.example"));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [Trait("claim", "D45")]
    [InlineData("/mcp", "https://inspector.example.in", true)]
    [InlineData("/mcp", "https://inspector.example.in.evil.example", false)]
    [InlineData("/mcp", "https://evil-inspector.example.in", false)]
    [InlineData("/mcp", "http://inspector.example.in", false)]
    [InlineData("/mcp", "null", false)]
    [InlineData("/.well-known/oauth-protected-resource/mcp", "https://inspector.example.in", true)]
    [InlineData("/.well-known/oauth-protected-resource/mcp", "https://evil.example", false)]
    public async Task ABrowserIsToldWhichPagesMayCall(string path, string origin, bool isAllowed)
    {
        using var preflight = await server.SendAsync(
            HttpMethod.Options, path, null, null,
            ("Origin", origin), ("Access-Control-Request-Method", path == "/mcp" ? "POST" : "GET"), ("Access-Control-Request-Headers", "authorization,mcp-protocol-version"));
        using var refused = path == "/mcp"
            ? await server.SendAsync(HttpMethod.Post, path, null, new StringContent(McpCalls.ListTools, Encoding.UTF8, "application/json"), [("Origin", origin), .. McpCalls.Accept])
            : await server.SendAsync(HttpMethod.Get, path, null, null, ("Origin", origin));

        foreach (var response in new[] { preflight, refused })
        {
            string[] told = response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? [.. values] : [];
            Assert.Equal(isAllowed ? [origin] : [], told);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
        }

        if (isAllowed)
        {
            Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
            Assert.Equal("authorization,mcp-protocol-version", Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Headers")));
            // A page starts to sign in from the challenge, so it must be able to read it.
            Assert.Contains("WWW-Authenticate", Assert.Single(refused.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NoOtherAddressMayBeCalledByPages()
    {
        using var response = await server.SendAsync(HttpMethod.Get, "/readyz", null, null, ("Origin", "https://inspector.example.in"));

        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [Trait("claim", "D19")]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("::1", true)]
    [InlineData("10.0.0.5", false)]
    [InlineData("203.0.113.9", false)]
    [InlineData("::ffff:10.0.0.5", false)]
    public async Task OnlyAProxyOnThisMachineSaysWhoCallsAndHow(string proxy, bool isBelieved)
    {
        var change = new WebServerChange(
            (services, _) => services.AddSingleton<IStartupFilter>(new CallsFrom(IPAddress.Parse(proxy))),
            routes => routes.MapGet("/test/who", (HttpContext context) => $"{context.Request.Scheme} {context.Connection.RemoteIpAddress}").Open());
        await using var behind = await RunningServer.StartAsync(change: change);
        using var response = await behind.SendAsync(
            HttpMethod.Get, "/test/who", null, null, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.66, 198.51.100.7"));

        // Of two addresses only the last one was written by the proxy; the first is whatever the caller sent.
        Assert.Equal(isBelieved ? "https 198.51.100.7" : $"http {IPAddress.Parse(proxy)}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(isBelieved, response.Headers.Contains("Strict-Transport-Security"));
        Assert.Equal(isBelieved ? CheckState.Ok : CheckState.Skipped, await ProxyAsync());

        // Whoever is believed and had the request in the clear is found.
        using var plain = await behind.SendAsync(HttpMethod.Get, "/test/who", null, null, ("X-Forwarded-Proto", "http"), ("X-Forwarded-For", "198.51.100.7"));
        Assert.Equal(isBelieved ? CheckState.Warn : CheckState.Skipped, await ProxyAsync());

        async Task<CheckState> ProxyAsync() => Assert.Single(await new ProxyCheck(new ServerOptions { PublicUrl = "https://ws.example" }, behind.Get<SeenProxy>()).LookAsync(new CheckRequest(CheckReach.Quick), TestContext.Current.CancellationToken)).State;
    }

    [Fact]
    public async Task OnlyTheLastAddressIsTakenFromTheProxy()
    {
        var change = new WebServerChange(Map: routes => routes.MapGet("/test/who", (HttpContext context) => $"{context.Connection.RemoteIpAddress}").Open());
        await using var behind = await RunningServer.StartAsync(change: change);
        using var response = await behind.SendAsync(HttpMethod.Get, "/test/who", null, null, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.66, 127.0.0.1"));

        // The caller of the proxy was on this machine too, and that makes it no proxy.
        Assert.Equal("127.0.0.1", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Makes every connection look as if it came from another address.</summary>
    private sealed class CallsFrom(IPAddress address) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, pass) =>
            {
                context.Connection.RemoteIpAddress = address;
                return pass(context);
            });
            next(app);
        };
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WorkspaceServer.Commands;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Hosting;

/// <summary>Every mapped route, with every status that can be provoked, carries all headers exactly once.</summary>
public sealed class SecurityHeadersTests
{
    private static readonly Dictionary<string, string> Exact = new()
    {
        ["X-Content-Type-Options"] = "nosniff",
        ["X-Frame-Options"] = "DENY",
        ["Referrer-Policy"] = "strict-origin-when-cross-origin",
    };

    private static readonly string[] DeniedFeatures = ["camera=()", "microphone=()", "geolocation=()", "payment=()", "usb=()", "interest-cohort=()"];

    private static readonly WebServerChange Extra = new(Map: routes =>
    {
        routes.MapGet("/test/fails", (HttpContext _) => throw new InvalidOperationException("secret detail")).Open();
        routes.MapPost("/test/body", async (HttpRequest request) => await new StreamReader(request.Body).ReadToEndAsync()).Open();
        routes.MapGet("/test/redirect", () => Results.Redirect("/healthz")).Open();
        routes.MapGet("/test/{id}", (string id) => Results.StatusCode(int.Parse(id, null))).Open();
    });

    [Fact]
    [Trait("claim", "A48")]
    [Trait("claim", "A49")]
    [Trait("claim", "A50")]
    [Trait("claim", "A51")]
    [Trait("claim", "A52")]
    [Trait("claim", "A53")]
    [Trait("claim", "B6")]
    public async Task EveryRouteAndStatusCarriesEachHeaderOnce()
    {
        await using var server = await RunningServer.StartAsync(new ServerOptions { MaxRequestBodyBytes = 4096 }, Extra);
        var seen = new HashSet<int>();
        foreach (var (method, path, token, body, headers) in Requests(server))
        {
            using var response = await server.SendAsync(method, path, token, body?.Invoke(), [("X-Forwarded-Proto", "https"), .. headers]);

            seen.Add((int)response.StatusCode);
            CheckHeaders(response, $"{method} {path} → {(int)response.StatusCode}");
            Assert.Equal(SecurityHeaders.StrictTransportSecurity, Single(response, "Strict-Transport-Security", path));
        }

        Assert.Superset(new HashSet<int> { 200, 302, 400, 401, 403, 404, 405, 406, 413, 415, 421, 429, 500 }, seen);
    }

    [Fact]
    [Trait("claim", "A49")]
    public async Task HttpsIsDemandedForTwoYears_OnlyWhereHttpsIsSpoken()
    {
        await using var server = await RunningServer.StartAsync();
        using var http = await server.SendAsync(HttpMethod.Get, "/healthz", null);
        using var https = await server.SendAsync(HttpMethod.Get, "/healthz", null, null, ("X-Forwarded-Proto", "https"));

        Assert.False(http.Headers.Contains("Strict-Transport-Security"));
        Assert.Equal("max-age=63072000; includeSubDomains; preload", Single(https, "Strict-Transport-Security", "/healthz"));
    }

    [Fact]
    public async Task FailuresKeepTheirDetailToThemselves()
    {
        await using var server = await RunningServer.StartAsync(change: Extra);
        using var response = await server.SendAsync(HttpMethod.Get, "/test/fails", null);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\"code\":\"internal_error\"", body, StringComparison.Ordinal);
        Assert.Contains(response.Headers.GetValues("X-Request-Id").Single(), body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret detail", body, StringComparison.Ordinal);
        Assert.Contains("secret detail", server.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHeaderFromOutsideIsNotTaken_UnlessTheProxyIsLocal()
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.SendAsync(HttpMethod.Get, "/healthz", null, null, ("X-Request-Id", "mine"), ("X-Forwarded-Host", "evil.example"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Matches("^[0-9a-f]{32}$", response.Headers.GetValues("X-Request-Id").Single());
    }

    [Fact]
    public async Task ARequestThatKestrelCannotReadIsClosed()
    {
        // Answered before any middleware runs, so without our headers: no browser can be brought to send this.
        await using var server = await RunningServer.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Url.Host, server.Url.Port, TestContext.Current.CancellationToken);
        await socket.GetStream().WriteAsync("GARBAGE\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(socket.GetStream());

        Assert.StartsWith("HTTP/1.1 400", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static IEnumerable<(HttpMethod Method, string Path, string? Token, Func<HttpContent>? Body, (string, string)[] Headers)> Requests(RunningServer server)
    {
        var token = server.Token();
        var search = server.Token(["search"]);
        HttpMethod[] methods = [HttpMethod.Get, HttpMethod.Head, HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Options];
        string[] paths =
        [
            "/", "/mcp", "/healthz", "/readyz", "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-protected-resource/zzz", "/nothing?access_token=x", "/test/fails", "/test/429", "/test/400", "/test/redirect",
            // Files of the pages, one that is not there, and what falls through to no page.
            PageFiles.UrlOf("app.css"), PageFiles.UrlOf("app.js"), PageFiles.UrlOf("icons.svg"), "/assets/nothing.css", "/robots.txt", "/no/such/page",
        ];
        foreach (var path in paths)
        {
            foreach (var method in methods)
            {
                yield return (method, path, null, null, []);
                yield return (method, path, token, null, []);
            }
        }

        yield return (HttpMethod.Get, "/healthz", null, null, [("Host", "evil.example")]);
        yield return (HttpMethod.Post, "/mcp", token, Json("{}"), [("Origin", "https://evil.example")]);
        yield return (HttpMethod.Post, "/mcp", token, Json("{}"), []);
        yield return (HttpMethod.Post, "/mcp", token, Json("not json"), []);
        yield return (HttpMethod.Post, "/mcp", "wrong", Json("{}"), []);
        yield return (HttpMethod.Post, "/mcp", token, () => new StringContent("{}", Encoding.UTF8, "text/plain"), []);
        yield return (HttpMethod.Post, "/mcp", token, Json(McpCalls.ListTools), McpCalls.Accept);
        yield return (HttpMethod.Post, "/mcp", search, Json(McpCalls.Call("list_tables", "{}")), McpCalls.Accept);
        yield return (HttpMethod.Post, "/test/body", null, Json(new string('x', 8192)), []);
    }

    private static void CheckHeaders(HttpResponseMessage response, string what)
    {
        foreach (var (name, value) in Exact)
        {
            Assert.Equal(value, Single(response, name, what));
        }

        var policy = Single(response, "Content-Security-Policy", what);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("base-uri 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'none'", policy, StringComparison.Ordinal);
        var permissions = Single(response, "Permissions-Policy", what).Split(", ");
        Assert.All(DeniedFeatures, feature => Assert.Contains(feature, permissions));
        // Only what holds its hash in its address may be kept.
        var isKept = response.IsSuccessStatusCode && what.Contains(" /assets/", StringComparison.Ordinal);
        Assert.Contains(isKept ? "immutable" : "no-store", Single(response, "Cache-Control", what), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", Single(response, "X-Request-Id", what));
        Assert.False(response.Headers.Contains("Server"), what);
    }

    // Raw values, since HttpClient would join two headers of one name into one list.
    private static string Single(HttpResponseMessage response, string name, string what)
    {
        Assert.True(response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values), $"{what}: no {name}");
        Assert.True(values.Count == 1, $"{what}: {name} {values.Count} times");
        return values.Single();
    }

    private static Func<HttpContent> Json(string text) => () => new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}

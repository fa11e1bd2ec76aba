using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WorkspaceServer.Commands;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Dashboard;

/// <summary>A person in a browser gets a page where a program gets problem+json: the same status, the same headers.</summary>
public sealed class ProblemPageTests
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private const string Letters = "कुलकर्णी, Ærø, 家計, ₹ – ";

    private static readonly WebServerChange Failing = new(Map: routes =>
    {
        routes.MapGet("/test/fails", (HttpContext _) => throw new InvalidOperationException("<b>secret detail</b>")).Open();
        routes.MapGet("/test/letters", (HttpContext _) => throw new ProblemException(ProblemCodes.InvalidArgument, Letters + "<b>&\"")).Open();
        routes.MapGet("/test/{id}", (string id) => Results.StatusCode(int.Parse(id, null))).Open();
    });

    [Theory]
    [InlineData("/nothing", 404, "There is no such page")]
    [InlineData("/test/403", 403, "You may not open this page")]
    [InlineData("/mcp", 401, "Sign in to see this page")]
    [InlineData("/test/fails?x=1", 500, "This page did not load")]
    public async Task ABrowserGetsAPage(string path, int status, string title)
    {
        await using var server = await RunningServer.StartAsync(change: Failing);
        using var response = await server.SendAsync(HttpMethod.Get, path, null, null, ("Accept", Browser));
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains($"<h1>{title}</h1>", body, StringComparison.Ordinal);
        Assert.Equal(Page.ContentSecurityPolicy, response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("no-store", response.Headers.GetValues("Cache-Control").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task AFailureShowsTheNumberToSend_AndNothingOfItsCause()
    {
        await using var server = await RunningServer.StartAsync(change: Failing);
        using var response = await server.SendAsync(HttpMethod.Get, "/test/fails", null, null, ("Accept", Browser));
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains(response.Headers.GetValues("X-Request-Id").Single(), body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret detail", body, StringComparison.Ordinal);
    }

    /// <summary>Devanagari as numbered entities takes more than twice the bytes, and nobody can read the source.</summary>
    [Fact]
    public async Task LettersOfAnyWritingGoOutAsTheyAre_AndWhatIsMarkupIsStillEscaped()
    {
        await using var server = await RunningServer.StartAsync(change: Failing);
        using var response = await server.SendAsync(HttpMethod.Get, "/test/letters", null, null, ("Accept", Browser));
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal("utf-8", response.Content.Headers.ContentType!.CharSet);
        Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Letters + "&lt;b&gt;&amp;&quot;")) > 0, Encoding.UTF8.GetString(bytes));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json, text/event-stream")]
    [InlineData("*/*")]
    [InlineData("text/html;q=0")]
    [InlineData("application/json, text/html")]
    [InlineData("")]
    public async Task AProgramGetsAProblem(string accept)
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.SendAsync(HttpMethod.Get, "/nothing", null, null, ("Accept", accept));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }
}

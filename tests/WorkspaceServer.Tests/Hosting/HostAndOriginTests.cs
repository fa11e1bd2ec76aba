using System.Net;
using System.Text;
using WorkspaceServer.Hosting;
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
}

using System.Text.RegularExpressions;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.OAuth;

/// <summary>The official conformance suite for authorization servers, whole.</summary>
public sealed partial class OAuthConformanceTests
{
    private static readonly string Suite = Path.Combine(NodeTools.Packages, "@modelcontextprotocol", "conformance", "dist", "index.js");

    [Fact]
    [Trait("claim", "E7")]
    [Trait("claim", "E8")]
    public async Task TheAuthorizationServerConforms()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var house = await OAuthHouse.StartAsync();
        var person = new PersonAtABrowser(house);
        var port = FreePort();
        var client = await house.RegisterAsync("http://127.0.0.1/callback", "Conformance");
        var visits = new List<Task>();
        var (exitCode, output) = await NodeTools.RunAsync(
            Suite,
            ["authorization", "--url", house.Origin, "--client-id", client, "--resource", house.Origin + "/mcp", "-p", $"{port}", "--spec-version", "2026-07-28"],
            cancel,
            line =>
            {
                if (AuthorizeUrl().Match(line) is { Success: true } url)
                {
                    visits.Add(Task.Run(() => person.VisitAsync(new Uri(url.Value)), cancel));
                }
            });
        await Task.WhenAll(visits);

        Assert.True(exitCode == 0, output);
        Assert.NotEmpty(visits);
        Assert.DoesNotContain("\u2717", output, StringComparison.Ordinal);
    }

    internal static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/oauth/authorize\?\S+")]
    internal static partial Regex AuthorizeUrl();
}

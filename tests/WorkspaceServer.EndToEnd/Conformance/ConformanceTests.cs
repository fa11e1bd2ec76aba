using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Conformance;

/// <summary>
/// The official conformance suite against our own pipeline and registration. The fixtures that it calls by name are added
/// beside our tools; everything before and around them is what the product runs. One run has a personal token, one an access token
/// that a client got by itself: registration, consent, code, exchange.
/// </summary>
public sealed class ConformanceTests
{
    private static readonly string Suite = Path.Combine(NodeTools.Packages, "@modelcontextprotocol", "conformance");

    [Theory]
    [Trait("claim", "E8")]
    [InlineData("2026-07-28", true, 37, 37)]
    [InlineData("2025-11-25", false, 25, 30)]
    public async Task TheServerConforms(string revision, bool isBehindOAuth, int passing, int scored)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var proxy = await HeaderAddingProxy.StartAsync();
        var origin = proxy.Url.GetLeftPart(UriPartial.Authority);
        await using var house = await OAuthHouse.StartAsync(options: new ServerOptions { AllowedOrigins = [origin] }, change: AddFixtures);
        proxy.ForwardTo(house.Server.Url, isBehindOAuth ? (await house.ConnectAsync("tables:read search")).Access : house.Server.Token());
        using var results = new TemporaryFolder();

        var (exitCode, output) = await NodeTools.RunAsync(
            Path.Combine(Suite, "dist", "index.js"),
            [
                "server", "--url", origin + "/mcp", "--requirements", revision, "-o", results.Path,
                "--expected-failures", Path.Combine(NodeTools.Repository, "tests", "WorkspaceServer.EndToEnd", "Conformance", $"expected-failures-{revision}.yml"),
            ],
            cancel);

        Assert.True(exitCode == 0, output);
        Assert.Equal((passing, scored), Score(revision, output));
    }

    /// <summary>Of the scenarios that the suite's own list for this revision scores, how many its summary ticks.</summary>
    private static (int Passing, int Scored) Score(string revision, string output)
    {
        var scored = File.ReadLines(Path.Combine(Suite, "requirements", revision + ".yaml"))
            .SkipWhile(line => line != "server:").Skip(1).TakeWhile(line => line.StartsWith("  - ", StringComparison.Ordinal))
            .Select(line => line[4..].Trim()).ToArray();
        return (scored.Count(scenario => output.Contains($"\u2713 {scenario}: ", StringComparison.Ordinal)), scored.Length);
    }

    private static void AddFixtures(IServiceCollection services, IMcpServerBuilder mcp) => mcp
        .WithTools([typeof(FixtureTools), typeof(FixtureRoundTrips)])
        .WithPrompts([typeof(FixturePrompts), typeof(FixtureRoundTrips)])
        .WithResources([typeof(FixtureResources)])
        .WithSetLoggingLevelHandler((_, _) => ValueTask.FromResult(new ModelContextProtocol.Protocol.EmptyResult()))
        .WithSubscribeToResourcesHandler((_, _) => ValueTask.FromResult(new ModelContextProtocol.Protocol.EmptyResult()))
        .WithUnsubscribeFromResourcesHandler((_, _) => ValueTask.FromResult(new ModelContextProtocol.Protocol.EmptyResult()));
}

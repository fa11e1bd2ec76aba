using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>`make audit` against a registry that stands in for the real ones and knows of what each test tells it.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly WebApplication _registry = Registry();
    private readonly TemporaryFolder _npmCache = new();
    private string _nuGetVulnerabilities = "{}";
    private string? _npmAdvisories = "{}";
    private bool _hasNuGetVulnerabilities = true;

    private string Address => _registry.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public async ValueTask InitializeAsync()
    {
        _registry.MapGet("/index.json", () => Results.Text($$"""
            {"version":"3.0.0","resources":[{{(_hasNuGetVulnerabilities ? $$"""{"@id":"{{Address}}/list.json","@type":"VulnerabilityInfo/6.7.0"}""" : "")}}]}
            """, "application/json"));
        _registry.MapGet("/list.json", () => Results.Text(
            $$"""[{"@name":"base","@id":"{{Address}}/base.json","@updated":"2026-11-01T00:00:00Z","comment":"all"}]""", "application/json"));
        _registry.MapGet("/base.json", () => Results.Text(_nuGetVulnerabilities, "application/json"));
        _registry.MapPost("/-/npm/v1/security/advisories/bulk",
            () => _npmAdvisories is null ? Results.StatusCode(405) : Results.Text(_npmAdvisories, "application/json"));
        await _registry.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _npmCache.Dispose();
    }

    /// <summary>Each run restores the whole solution, so the two registries are asked in the same runs.</summary>
    /// <param name="nuGet">0 low, 1 moderate, 2 high, 3 critical.</param>
    [Theory]
    [Trait("claim", "A103")]
    [Trait("claim", "D59")]
    [InlineData(1, "moderate", 0)]
    [InlineData(2, "moderate", 1)]
    [InlineData(1, "high", 1)]
    public async Task APackageIsJudgedByItsSeverity(int nuGet, string npm, int exitCode)
    {
        // libsodium comes with NSec, which the Vault references: it is an indirect package.
        _nuGetVulnerabilities = $$"""{"libsodium":[{"url":"https://example.org/advisory","severity":{{nuGet}},"versions":"(, 99.0.0)"}]}""";
        _npmAdvisories = $$"""
            {"hono":[{"id":1,"url":"https://example.org/advisory","title":"Planted","severity":"{{npm}}","vulnerable_versions":"<99.0.0","cwe":[],"cvss":{"score":9,"vectorString":null } }]}
            """;

        var audit = await AuditAsync();

        Assert.Equal(exitCode, audit.ExitCode);
        Assert.Equal(nuGet >= 2, audit.Output.Contains("libsodium", StringComparison.Ordinal));
        Assert.Equal(npm == "high", audit.Output.Contains("hono", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("claim", "A103")]
    public async Task NotKnowingIsNotPassing()
    {
        _hasNuGetVulnerabilities = false;
        _npmAdvisories = null;

        var audit = await AuditAsync();

        Assert.Equal(3, audit.ExitCode);
        Assert.Contains("NuGet: NOT CHECKED", audit.Errors, StringComparison.Ordinal);
        Assert.Contains("npm: NOT CHECKED", audit.Errors, StringComparison.Ordinal);
    }

    // npm remembers advisories by their number in its cache; the planted ones go into a cache of their own.
    private Task<Script> AuditAsync() => Script.RunAsync(Repository.Root, Repository.PathOf("ops/audit.sh"),
        ["--nuget-source", $"{Address}/index.json", "--npm-registry", Address], new() { ["NPM_CONFIG_CACHE"] = _npmCache.Path });

    private static WebApplication Registry()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }
}

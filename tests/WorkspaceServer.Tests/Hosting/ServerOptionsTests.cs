using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Hosting;

/// <summary>Where the server listens, and which settings stop it before it does.</summary>
public sealed class ServerOptionsTests
{
    [Fact]
    [Trait("claim", "A40")]
    public async Task TheServerListensOnLoopbackOnly()
    {
        await using var server = await RunningServer.StartAsync();
        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(end => end.Port == server.Url.Port).ToArray();

        Assert.NotEmpty(listeners);
        Assert.All(listeners, end => Assert.True(IPAddress.IsLoopback(end.Address), end.ToString()));
        Assert.DoesNotContain("other machines reach", server.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A40")]
    public async Task ABindForOtherMachinesNeedsAFlagAndIsWarnedOf()
    {
        var options = new ServerOptions { Url = "http://0.0.0.0:0" };
        Assert.Contains("AllowNonLoopback", Assert.Throws<ProblemException>(() => Read(("Server:Url", "http://0.0.0.0:8080"))).Message, StringComparison.Ordinal);
        Assert.Equal("http://0.0.0.0:8080", Read(("Server:Url", "http://0.0.0.0:8080"), ("Server:AllowNonLoopback", "true")).Url);

        await using var server = await RunningServer.StartAsync(options with { AllowNonLoopback = true });
        Assert.Contains("other machines reach", server.Logs.All, StringComparison.Ordinal);
        Assert.Contains("\"@l\":\"Warning\"", server.Logs.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Server:Url", "http://127.0.0.1:8081")]
    [InlineData("Server:Url", "http://localhost:8080")]
    [InlineData("Server:Url", "http://[::1]:8080")]
    [InlineData("Server:PublicUrl", "https://ws.example.in")]
    [InlineData("Server:PublicUrl", "https://ws.example.in/")]
    [InlineData("Server:AllowedHosts:0", "books.example.in")]
    [InlineData("Server:AllowedOrigins:0", "https://inspector.example.in:8443")]
    [InlineData("Server:MaxRequestBodyBytes", "1024")]
    [InlineData("Server:MaxRequestBodyBytes", "1073741824")]
    [InlineData("Server:ShutdownSeconds", "0")]
    [InlineData("Server:ShutdownSeconds", "300")]
    [InlineData("Server:LogFormat", "json")]
    public void GoodSettingsAreTaken(string key, string value) => Assert.NotNull(Read((key, value)));

    [Theory]
    [InlineData("Server:Url", "https://127.0.0.1:8080")]
    [InlineData("Server:Url", "http://ws.example.in:8080")]
    [InlineData("Server:Url", "http://192.168.1.5:8080")]
    [InlineData("Server:Url", "http://127.0.0.1:8080/path")]
    [InlineData("Server:PublicUrl", "https://ws.example.in/path")]
    [InlineData("Server:PublicUrl", "ftp://ws.example.in")]
    [InlineData("Server:AllowedHosts:0", "books.example.in:8080")]
    [InlineData("Server:AllowedHosts:0", "*")]
    [InlineData("Server:AllowedOrigins:0", "*")]
    [InlineData("Server:AllowedOrigins:0", "https://a.example/path")]
    [InlineData("Server:MaxRequestBodyBytes", "1023")]
    [InlineData("Server:MaxRequestBodyBytes", "1073741825")]
    [InlineData("Server:ShutdownSeconds", "-1")]
    [InlineData("Server:ShutdownSeconds", "301")]
    [InlineData("Server:LogFormat", "xml")]
    [InlineData("Server:Urls", "http://127.0.0.1:8080")]
    public void BadAndUnknownSettingsStopTheStart(string key, string value)
    {
        var problem = Assert.Throws<ProblemException>(() => Read((key, value)));

        Assert.Equal(ExitCodes.BadConfiguration, problem.Code.ExitCode);
        Assert.Contains("Server", problem.Message, StringComparison.Ordinal);
    }

    private static ServerOptions Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(each => each.Key, each => (string?)each.Value)).Build();
        var services = new ServiceCollection();
        services.AddOptions(configuration, ServerOptions.Section, new ServerOptions.Validator());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<ServerOptions>();
    }
}

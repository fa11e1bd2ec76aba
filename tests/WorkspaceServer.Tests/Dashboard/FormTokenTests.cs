using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkspaceServer.Commands;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Dashboard;

/// <summary>The tokens in forms are made with a key that is derived from the master key, and with no other.</summary>
public sealed class FormTokenTests
{
    private static readonly WebServerChange Forms = new(Map: routes =>
    {
        routes.MapGet("/test/form", (HttpContext context, IAntiforgery forms) => forms.GetAndStoreTokens(context).RequestToken).Open();
        routes.MapPost("/test/form", async (HttpContext context, IAntiforgery forms) => (await forms.IsRequestValidAsync(context)).ToString()).Open();
    });

    [Fact]
    public async Task ATokenOutlivesARestart()
    {
        await using var first = await RunningServer.StartAsync(change: Forms);
        var (cookie, token) = await TokenAsync(first);
        await using var restarted = await RunningServer.StartAsync(
            change: Forms with { AddServices = (services, _) => services.AddSingleton(first.Workspaces.Master) });
        await using var stranger = await RunningServer.StartAsync(change: Forms);

        Assert.Equal("True", await PostAsync(first, cookie, token));
        Assert.Equal("True", await PostAsync(restarted, cookie, token));
        Assert.Equal("False", await PostAsync(stranger, cookie, token));
        Assert.Equal("False", await PostAsync(first, cookie, token[..^8] + "AAAAAAAA"));
    }

    [Fact]
    public async Task NoKeysOfTheFrameworkAreKept()
    {
        List<string?> hosted = [];
        await using var server = await RunningServer.StartAsync(change: Forms with
        {
            AddServices = (services, _) => hosted.AddRange(services.Where(service => service.ServiceType == typeof(IHostedService)).Select(service => service.ImplementationType?.Name)),
        });

        Assert.NotEmpty(hosted);
        Assert.DoesNotContain("DataProtectionHostedService", hosted);
    }

    private static async Task<(string Cookie, string Token)> TokenAsync(RunningServer server)
    {
        using var response = await server.SendAsync(HttpMethod.Get, "/test/form", null);
        var cookie = response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        return (cookie, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<string> PostAsync(RunningServer server, string cookie, string token)
    {
        using var form = new FormUrlEncodedContent([new(CrossSiteCheck.TokenField, token)]);
        using var response = await server.SendAsync(HttpMethod.Post, "/test/form", null, form, ("Cookie", cookie));
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}

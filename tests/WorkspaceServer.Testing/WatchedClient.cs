using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace WorkspaceServer.Testing;

/// <summary>An AI client that was given the address of a try, step by step, as well behaved as the test wants.</summary>
/// <param name="url">The address, with its mark.</param>
internal sealed class WatchedClient(OAuthHouse house, string url)
{
    private readonly string target = new Uri(url).PathAndQuery;

    public string Url => url;

    /// <summary>Asks without a key; where the challenge sends it.</summary>
    public async Task<string> AskAsync(string? token = null)
    {
        using var answer = await CallAsync(McpCalls.ListTools, token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        return answer.Headers.WwwAuthenticate.ToString().Split("resource_metadata=\"")[1].Split('"')[0];
    }

    /// <summary>Reads what is protected; the name of the resource.</summary>
    public async Task<string> ReadAsync(string metadata)
    {
        using var answer = await house.Server.Http.GetAsync(new Uri(metadata).PathAndQuery);
        return (await OAuthHouse.JsonOf(answer)).GetProperty("resource").GetString()!;
    }

    /// <summary>Where it sends the person.</summary>
    public string AuthorizePath(string client, params (string Name, string? Value)[] other) => house.AuthorizePath(client, [("resource", url), .. other]);

    public Task<(HttpStatusCode Status, JsonElement Body)> ExchangeAsync(string client, string code, string? verifier = OAuthHouse.Verifier, string? redirect = OAuthHouse.Redirect) =>
        house.ExchangeAsync(client, code, verifier, redirect, url);

    public async Task<HttpResponseMessage> CallAsync(string message, string? token) =>
        await house.Server.SendAsync(HttpMethod.Post, target, token, new StringContent(message, Encoding.UTF8, "application/json"), McpCalls.Accept);

    /// <summary>The whole way up to the key.</summary>
    public async Task<(string Client, string Token)> ConnectAsync(TestBrowser? browser = null, string name = "Claude")
    {
        await ReadAsync(await AskAsync());
        var client = await house.RegisterAsync(name: name);
        var page = await house.AllowAsync(AuthorizePath(client), browser);
        Assert.True(page.Status == HttpStatusCode.SeeOther, page.Body);
        var (status, body) = await ExchangeAsync(client, OAuthHouse.In(page.Location, "code")!);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return (client, body.GetProperty("access_token").GetString()!);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Tokens;

/// <summary>Who gets in over HTTP, and what the others are told. RFC 6750, RFC 9728.</summary>
public sealed class BearerAuthenticationTests : IAsyncLifetime
{
    private RunningServer server = null!;

    private string Metadata => $"resource_metadata=\"{server.Url.GetLeftPart(UriPartial.Authority)}/.well-known/oauth-protected-resource/mcp\"";

    public async ValueTask InitializeAsync() => server = await RunningServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task WithoutATokenTheClientLearnsWhereToGetOne()
    {
        using var response = await PostAsync(null);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal($"Bearer {Metadata}, scope=\"tables:read search\"", Challenge(response));
    }

    [Fact]
    public async Task UnknownExpiredRevokedAndForeignTokensAreToldTheSame()
    {
        var revoked = server.Tokens.Create(server.Workspace, "t");
        server.Tokens.Revoke(revoked.Record.Id);
        var expired = server.Tokens.Create(server.Workspace, "t", lifetime: TimeSpan.FromTicks(1));
        var unknown = Vault.Tokens.SecretToken.Create(Vault.Tokens.SecretToken.McpPrefix);
        var answers = new HashSet<string>();
        foreach (var token in new[] { revoked.Text, expired.Text, unknown, "eyJhbGciOiJub25lIn0.e30.", "x" })
        {
            using var response = await PostAsync(token);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            answers.Add(Challenge(response) + await CodeAndDetailAsync(response));
        }

        var answer = Assert.Single(answers);
        Assert.Contains("error=\"invalid_token\", error_description=\"", answer, StringComparison.Ordinal);
        Assert.Contains(Metadata, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer a b")]
    [InlineData("Bearer a,b")]
    [InlineData("Bearer \"x\"")]
    public async Task AMalformedHeaderIsABadRequest(string header)
    {
        using var response = await server.SendAsync(HttpMethod.Post, "/mcp", null, Body(), ("Authorization", header));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("error=\"invalid_request\"", Challenge(response), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BearerAuthentication.MaxTokenLength, HttpStatusCode.Unauthorized)]
    [InlineData(BearerAuthentication.MaxTokenLength + 1, HttpStatusCode.BadRequest)]
    public async Task ATokenHasABoundedLength(int length, HttpStatusCode expected)
    {
        using var response = await PostAsync(new string('x', length));

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task TwoHeadersAreABadRequest()
    {
        // By hand, since HttpClient would join two headers of one name into one line.
        var line = $"Authorization: Bearer {server.Token()}\r\n";
        var once = await RawAsync(line);
        var twice = await RawAsync(line + line);

        Assert.StartsWith("HTTP/1.1 200 ", once, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", twice, StringComparison.Ordinal);
        Assert.Contains("error=\"invalid_request\"", twice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatDoesNotSayOtherwiseNeedsAToken()
    {
        // An endpoint that says nothing stops the start; should one come in all the same, this is what it meets.
        var policy = await server.Services.GetRequiredService<IAuthorizationPolicyProvider>().GetFallbackPolicyAsync();

        Assert.Single(policy!.Requirements.OfType<DenyAnonymousAuthorizationRequirement>());
    }

    [Theory]
    [InlineData("/mcp?access_token={0}", "{}")]
    [InlineData("/mcp?token={0}", "{}")]
    [InlineData("/mcp", """{"access_token":"{0}"}""")]
    public async Task ATokenAnywhereElseIsNotTaken(string path, string body)
    {
        var token = server.Token();
        using var response = await server.SendAsync(
            HttpMethod.Post,
            path.Replace("{0}", token, StringComparison.Ordinal),
            null,
            new StringContent(body.Replace("{0}", token, StringComparison.Ordinal), Encoding.UTF8, "application/json"),
            ("Cookie", $"access_token={token}"),
            ("Authorization", $"Basic {token}"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.DoesNotContain(token[8..], server.Logs.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheResourceIsDescribedAtTwoAddressesOnly_AndNeverByTheHostHeader()
    {
        await using var named = await RunningServer.StartAsync(new ServerOptions { PublicUrl = "https://ws.example.in", AllowedHosts = ["other.example"] });
        foreach (var path in new[] { "", "/mcp" })
        {
            using var response = await named.SendAsync(HttpMethod.Get, "/.well-known/oauth-protected-resource" + path, null, null, ("Host", "other.example"));
            var metadata = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

            Assert.Equal("https://ws.example.in/mcp", metadata.GetProperty("resource").GetString());
            Assert.Equal(["tables:read", "search"], metadata.GetProperty("scopes_supported").EnumerateArray().Select(scope => scope.GetString()));
            Assert.Equal("header", Assert.Single(metadata.GetProperty("bearer_methods_supported").EnumerateArray()).GetString());
            Assert.Equal("https://ws.example.in", Assert.Single(metadata.GetProperty("authorization_servers").EnumerateArray()).GetString());
        }

        using var other = await named.SendAsync(HttpMethod.Get, "/.well-known/oauth-protected-resource/zzz", null);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        using var challenge = await named.SendAsync(HttpMethod.Post, "/mcp", null, Body(), ("Host", "other.example"));
        Assert.Contains("\"https://ws.example.in/.well-known/oauth-protected-resource/mcp\"", Challenge(challenge), StringComparison.Ordinal);
    }

    private static StringContent Body() => new(McpCalls.ListTools, Encoding.UTF8, "application/json");

    private static string Challenge(HttpResponseMessage response) => Assert.Single(response.Headers.NonValidated["WWW-Authenticate"]);

    private static async Task<string> CodeAndDetailAsync(HttpResponseMessage response)
    {
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        return $"{problem.GetProperty("code")} {problem.GetProperty("detail")}";
    }

    private async Task<string> RawAsync(string authorization)
    {
        var accept = string.Concat(McpCalls.Accept.Select(header => $"{header.Item1}: {header.Item2}\r\n"));
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Url.Host, server.Url.Port, TestContext.Current.CancellationToken);
        await socket.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {McpCalls.ListTools.Length}\r\n{accept}{authorization}\r\n{McpCalls.ListTools}"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private Task<HttpResponseMessage> PostAsync(string? token) => server.SendAsync(HttpMethod.Post, "/mcp", token, Body(), McpCalls.Accept);
}

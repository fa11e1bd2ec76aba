using System.Net;
using System.Text.Json;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>What a client learns before it has a token: where to get one, and how.</summary>
public sealed class OAuthMetadataTests
{
    [Theory]
    [Trait("claim", "E7")]
    [Trait("claim", "A15")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/.well-known/oauth-authorization-server/mcp")]
    public async Task TheAuthorizationServerDescribesItself(string path)
    {
        await using var server = await RunningServer.StartAsync(new ServerOptions { PublicUrl = "https://ws.example.in", AllowedHosts = ["127.0.0.1"] });
        using var response = await server.Http.GetAsync(path, TestContext.Current.CancellationToken);
        var document = await OAuthHouse.JsonOf(response);

        // RFC 8414, section 2; RFC 9207, section 3; MCP 2026-07-28, Client ID Metadata Documents.
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("https://ws.example.in", document.GetProperty("issuer").GetString());
        Assert.Equal("https://ws.example.in/oauth/authorize", document.GetProperty("authorization_endpoint").GetString());
        Assert.Equal("https://ws.example.in/oauth/token", document.GetProperty("token_endpoint").GetString());
        Assert.Equal("https://ws.example.in/oauth/register", document.GetProperty("registration_endpoint").GetString());
        Assert.Equal("https://ws.example.in/oauth/revoke", document.GetProperty("revocation_endpoint").GetString());
        Assert.Equal("S256", Only(document, "code_challenge_methods_supported"));
        Assert.Equal("code", Only(document, "response_types_supported"));
        Assert.Equal("none", Only(document, "token_endpoint_auth_methods_supported"));
        Assert.True(document.GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
        Assert.True(document.GetProperty("client_id_metadata_document_supported").GetBoolean());
        Assert.DoesNotContain("offline_access", document.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "E7")]
    public async Task TheWayFromTheChallengeToTheAuthorizationServerHasNoGap()
    {
        await using var server = await RunningServer.StartAsync();
        using var refused = await server.SendAsync(HttpMethod.Post, "/mcp", null, new StringContent("{}", null, "application/json"));
        var challenge = refused.Headers.WwwAuthenticate.ToString();
        var metadata = challenge.Split("resource_metadata=\"")[1].Split('"')[0];
        var resource = await OAuthHouse.JsonOf(await server.Http.GetAsync(metadata, TestContext.Current.CancellationToken));
        var issuer = Only(resource, "authorization_servers");
        var authorization = await OAuthHouse.JsonOf(await server.Http.GetAsync(issuer + "/.well-known/oauth-authorization-server", TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(server.Mcp.ToString(), resource.GetProperty("resource").GetString());
        // RFC 8414, section 3.3: the issuer in the document is the one by which it was found.
        Assert.Equal(issuer, authorization.GetProperty("issuer").GetString());
    }

    /// <summary>
    /// Clients look for RFC 8414's document first and for OpenID's where that is missing (MCP 2026-07-28, Authorization Server Metadata Discovery). This server is
    /// no OpenID provider: a document there without keys and subject types would be an invalid one (OpenID Connect Discovery 1.0, section 3), and clients that
    /// check it would stop. So each form that clients try is plainly not there, for them to go on: no question for a token, no way to a page to sign in.
    /// </summary>
    [Fact]
    [Trait("claim", "E7")]
    public async Task WhatOnlyAnOpenIdProviderHasIsPlainlyNotThere()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var path in (string[])["/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp", "/mcp/.well-known/openid-configuration", "/mcp/.well-known/oauth-authorization-server"])
        {
            using var response = await server.SendAsync(HttpMethod.Get, path, null, null, ("Accept", "application/json"));

            Assert.Equal((path, HttpStatusCode.NotFound), (path, response.StatusCode));
            Assert.False(response.Headers.Contains("WWW-Authenticate"), path);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
    }

    private static string? Only(JsonElement document, string member) => Assert.Single(document.GetProperty(member).EnumerateArray()).GetString();
}

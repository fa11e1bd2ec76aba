using ModelContextProtocol.Authentication;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.OAuth;

/// <summary>The C# client from an address alone to rows: discovery, registration or its document, consent, tokens, step-up, refresh.</summary>
public sealed class OAuthCSharpClientTests
{
    private const string Document = "https://client.example/mcp-client.json";

    [Theory]
    [Trait("claim", "A14")]
    [Trait("claim", "E7")]
    [InlineData("registration", McpClients.Modern)]
    [InlineData("registration", McpClients.Legacy)]
    [InlineData("document", McpClients.Modern)]
    public async Task TheClientConnectsAndStepsUp(string way, string version)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var host = await DocumentHost.StartAsync();
        host.Serve("/mcp-client.json", $$"""{"client_id":"{{Document}}","client_name":"C# client","redirect_uris":["http://localhost:1179/callback"],"token_endpoint_auth_method":"none"}""");
        await using var house = await OAuthHouse.StartAsync(host.Network);
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Server.Workspace, cancel);
        var person = new PersonAtABrowser(house);
        await using var client = await ConnectAsync(house, person, way, version, cancel);

        Assert.Equal(1, person.Consents);
        Assert.DoesNotContain(await client.ListToolsAsync(cancellationToken: cancel), tool => tool.Name == "search");
        Assert.Contains("[4]", (await client.CallAsync("execute_sql", """{"sql":"SELECT count(*) FROM invoices"}""", cancel)).Text(), StringComparison.Ordinal);
        // The least was ticked; this asks for more, once, and goes on.
        Assert.Contains("copper", (await client.CallAsync("search", """{"query":"copper"}""", cancel)).Text(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, person.Consents);

        // After the access token's time the client refreshes by itself.
        house.Accounts.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Contains("[4]", (await client.CallAsync("execute_sql", """{"sql":"SELECT count(*) FROM invoices"}""", cancel)).Text(), StringComparison.Ordinal);
        Assert.Equal(2, person.Consents);
        Assert.Equal(way == "document" ? 1 : 0, host.Requests > 0 ? 1 : 0);
    }

    private static Task<McpClient> ConnectAsync(OAuthHouse house, PersonAtABrowser person, string way, string version, CancellationToken cancel)
    {
        var options = new ClientOAuthOptions
        {
            RedirectUri = new Uri("http://localhost:1179/callback"),
            AuthorizationCallbackHandler = async (context, _) =>
            {
                var sentTo = (await person.AllowAsync(context.AuthorizationUri)).ToString();
                return new AuthorizationResult { Code = OAuthHouse.In(sentTo, "code"), State = OAuthHouse.In(sentTo, "state"), Iss = OAuthHouse.In(sentTo, "iss") };
            },
        };
        if (way == "document")
        {
            options.ClientMetadataDocumentUri = new Uri(Document);
        }
        else
        {
            options.DynamicClientRegistration = new DynamicClientRegistrationOptions { ClientName = "C# client" };
        }

        return McpClient.CreateAsync(
            new HttpClientTransport(new HttpClientTransportOptions { Endpoint = house.Server.Mcp, TransportMode = HttpTransportMode.StreamableHttp, OAuth = options }),
            new McpClientOptions { ProtocolVersion = version, ClientInfo = new Implementation { Name = "oauth-client", Version = "1.0.0" } },
            cancellationToken: cancel);
    }
}

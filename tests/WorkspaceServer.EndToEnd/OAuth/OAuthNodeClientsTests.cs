using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.OAuth;

/// <summary>Clients of others, headless, from an address alone to rows.</summary>
public sealed class OAuthNodeClientsTests
{
    [Theory]
    [Trait("claim", "A14")]
    [Trait("claim", "E7")]
    [InlineData("auto")]
    [InlineData("legacy")]
    public async Task TheTypeScriptClientConnectsAndStepsUp(string mode)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var house = await OAuthHouse.StartAsync();
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Server.Workspace, cancel);
        var person = new PersonAtABrowser(house);
        var (exitCode, output) = await NodeTools.RunAsync(
            Path.Combine(NodeTools.Repository, "tests", "WorkspaceServer.EndToEnd", "OAuth", "connect.mjs"), [NodeTools.Packages, mode, house.Server.Mcp.ToString()], cancel, Opens(person, cancel));

        Assert.True(exitCode == 0, output);
        var answers = JsonElement.Parse(output.Trim().Split('\n').Last(line => line.StartsWith('{')));
        Assert.DoesNotContain("search", answers.GetProperty("tools").EnumerateArray().Select(tool => tool.GetString()));
        Assert.Contains("copper", answers.GetProperty("found").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal((2, "tables:read search", false), (answers.GetProperty("consents").GetInt32(), answers.GetProperty("scope").GetString(), answers.GetProperty("error").GetBoolean()));
    }

    [Fact]
    [Trait("claim", "E7")]
    public async Task TheInspectorConnects()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var house = await OAuthHouse.StartAsync();
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Server.Workspace, cancel);
        using var folder = new TemporaryFolder();
        var person = new PersonAtABrowser(house);
        var (exitCode, output) = await NodeTools.RunAsync(
            Path.Combine(NodeTools.Packages, "@modelcontextprotocol", "inspector", "clients", "launcher", "build", "index.js"),
            ["--cli", "--server-url", house.Server.Mcp.ToString(), "--transport", "http", "--method", "tools/list", "--format", "json"],
            cancel,
            Opens(person, cancel),
            ("MCP_AUTO_OPEN_ENABLED", "true"),
            ("MCP_INSPECTOR_SECRET_STORE", "file"),
            ("MCP_STORAGE_DIR", folder.Path));

        Assert.True(exitCode == 0, output);
        Assert.Contains("\"list_tables\"", output, StringComparison.Ordinal);
        Assert.Equal(1, person.Consents);
    }

    /// <summary>A desktop client that can start programs only, and mcp-remote between it and the server: connect, ask, step up, refresh.</summary>
    [Fact]
    [Trait("claim", "A14")]
    [Trait("claim", "E7")]
    public async Task McpRemoteConnectsStepsUpAndRefreshes()
    {
        var cancel = TestContext.Current.CancellationToken;
        await NodeTools.InstallAsync(cancel);
        await using var house = await OAuthHouse.StartAsync();
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Server.Workspace, cancel);
        using var folder = new TemporaryFolder();
        var person = new PersonAtABrowser(house);
        await using var client = await McpClient.CreateAsync(
            new StdioClientTransport(new StdioClientTransportOptions
            {
                Name = "mcp-remote",
                Command = Path.Combine(NodeTools.Packages, ".bin", "node"),
                Arguments = [Path.Combine(NodeTools.Packages, "mcp-remote", "dist", "proxy.js"), house.Server.Mcp.ToString(), "--allow-http", "--host", "127.0.0.1", "--protocol", "auto"],
                EnvironmentVariables = new Dictionary<string, string?> { ["MCP_REMOTE_CONFIG_DIR"] = folder.Path, ["HOME"] = folder.Path },
                // It may name the page before it listens for the answer, and listens anew each time.
                StandardErrorLines = Opens(person, cancel, "callback server running"),
            }),
            new McpClientOptions { ClientInfo = new Implementation { Name = "desktop", Version = "1.0.0" } },
            cancellationToken: cancel);

        Assert.Equal(1, person.Consents);
        Assert.DoesNotContain(await client.ListToolsAsync(cancellationToken: cancel), tool => tool.Name == "search");
        Assert.Contains("[4]", await CountAsync(), StringComparison.Ordinal);
        Assert.Contains("copper", (await client.CallAsync("search", """{"query":"copper"}""", cancel)).Text(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, person.Consents);

        house.Accounts.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Contains("[4]", await CountAsync(), StringComparison.Ordinal);
        Assert.Equal(2, person.Consents);

        async Task<string> CountAsync() => (await client.CallAsync("execute_sql", """{"sql":"SELECT count(*) FROM invoices"}""", cancel)).Text();
    }

    /// <summary>Opens whatever address of ours a program prints.</summary>
    /// <param name="ready">One address for each line that holds this; null: at once.</param>
    private static Action<string> Opens(PersonAtABrowser person, CancellationToken cancel, string? ready = null)
    {
        var opened = new HashSet<string>();
        var readies = new SemaphoreSlim(0);
        return line =>
        {
            if (ready is not null && line.Contains(ready, StringComparison.Ordinal))
            {
                readies.Release();
            }

            if (OAuthConformanceTests.AuthorizeUrl().Match(line) is { Success: true } url && opened.Add(url.Value))
            {
                _ = Task.Run(
                    async () =>
                    {
                        await (ready is null ? Task.CompletedTask : readies.WaitAsync(cancel));
                        await person.VisitAsync(new Uri(url.Value));
                    },
                    cancel);
            }
        };
    }
}

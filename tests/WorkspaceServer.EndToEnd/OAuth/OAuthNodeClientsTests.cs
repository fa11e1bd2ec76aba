using System.Text.Json;
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

    /// <summary>Opens whatever address of ours a program prints.</summary>
    private static Action<string> Opens(PersonAtABrowser person, CancellationToken cancel)
    {
        var opened = new HashSet<string>();
        return line =>
        {
            if (OAuthConformanceTests.AuthorizeUrl().Match(line) is { Success: true } url && opened.Add(url.Value))
            {
                _ = Task.Run(() => person.VisitAsync(new Uri(url.Value)), cancel);
            }
        };
    }
}

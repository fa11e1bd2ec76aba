using System.Text;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

/// <summary>What a client is told of the tools before it calls any.</summary>
public sealed class ToolListTests(McpFixture fixture) : IClassFixture<McpFixture>
{
    private const int MaxTokens = 1_500;

    /// <summary>Fewer bytes per token than tokenizers of today need for JSON and English, so that the estimate is too high rather than too low.</summary>
    private const double BytesPerToken = 3.5;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AllToolsTogetherTakeFewTokens()
    {
        var tools = await fixture.Client.ListToolsAsync(new ListToolsRequestParams(), Cancel);
        var bytes = Encoding.UTF8.GetByteCount(JsonSerializer.Serialize(tools, McpJsonUtilities.DefaultOptions));

        Assert.Equal(6, tools.Tools.Count);
        Assert.InRange(bytes / BytesPerToken, 1, MaxTokens);
    }

    [Theory]
    [InlineData(McpClients.Modern)]
    [InlineData(McpClients.Legacy)]
    [Trait("claim", "A64")]
    public async Task EveryToolHasATitleAllHintsAndStrictSchemas(string version)
    {
        await using var client = await McpClients.ConnectAsync(fixture.Server, fixture.Server.Token(), Cancel, version);
        var list = await client.ListToolsAsync(new ListToolsRequestParams(), Cancel);

        Assert.Equal(["describe_table", "execute_sql", "fetch", "list_tables", "search", "sync_status"], list.Tools.Select(tool => tool.Name));
        Assert.All(list.Tools, tool =>
        {
            Assert.False(string.IsNullOrEmpty(tool.Title));
            Assert.InRange(tool.Description!.Length, 20, 300);
            Assert.True(tool.Annotations is { ReadOnlyHint: true, DestructiveHint: false, IdempotentHint: true, OpenWorldHint: false });
            Assert.False(tool.InputSchema.GetProperty("additionalProperties").GetBoolean());
            Assert.Equal("object", tool.OutputSchema!.Value.GetProperty("type").GetString());
            Assert.All(tool.InputSchema.GetProperty("properties").EnumerateObject(), property => Assert.True(
                property.Value.TryGetProperty("maxLength", out _) || (property.Value.TryGetProperty("minimum", out _) && property.Value.TryGetProperty("maximum", out _)),
                $"{tool.Name}.{property.Name} has no bound"));
        });
    }

    [Fact]
    public async Task ListsMayBeKeptForAWhileByThisCallerOnly()
    {
        var tools = await fixture.Client.ListToolsAsync(new ListToolsRequestParams(), Cancel);
        var prompts = await fixture.Client.ListPromptsAsync(new ListPromptsRequestParams(), Cancel);
        var resources = await fixture.Client.ListResourcesAsync(new ListResourcesRequestParams(), Cancel);
        var templates = await fixture.Client.ListResourceTemplatesAsync(new ListResourceTemplatesRequestParams(), Cancel);

        Assert.True(tools is { CacheScope: CacheScope.Private, TimeToLive.TotalSeconds: 60 });
        Assert.True(prompts is { CacheScope: CacheScope.Private, TimeToLive.TotalSeconds: 60 });
        Assert.True(resources is { CacheScope: CacheScope.Private, TimeToLive.TotalSeconds: 10 });
        Assert.True(templates is { CacheScope: CacheScope.Private, TimeToLive.TotalSeconds: 10 });
    }

    [Fact]
    [Trait("claim", "C28")]
    public async Task NothingOfTheWorkspaceIsInTheListOfTools()
    {
        await using var server = await RunningServer.StartAsync();
        var before = await ListAsync(server);
        await server.Workspaces.LoadAsync(
            server.Workspace, new TableSchema("ignore_all_rules", [new("obey_me", ColumnType.Text, SmallBooks.Hostile)], null, SmallBooks.Hostile), [["x"]], Cancel);

        Assert.Equal(before, await ListAsync(server));
    }

    [Fact]
    [Trait("claim", "C29")]
    public void TheServerSaysWhoItIsAndHowToBegin()
    {
        Assert.Equal("workspace-server", fixture.Client.ServerInfo!.Name);
        Assert.Equal("Workspace Server", fixture.Client.ServerInfo!.Title);
        Assert.Matches(@"^\d+\.\d+\.\d+", fixture.Client.ServerInfo!.Version);
        Assert.Contains("list_tables", fixture.Client.ServerInstructions!, StringComparison.Ordinal);
        Assert.Contains("read-only", fixture.Client.ServerInstructions!, StringComparison.Ordinal);
        Assert.Contains("only what the owner granted", fixture.Client.ServerInstructions!, StringComparison.Ordinal);
        Assert.Contains($"at most {ExecuteSqlTool.MaxRows} rows", fixture.Client.ServerInstructions!, StringComparison.Ordinal);
        Assert.InRange(fixture.Client.ServerInstructions!.Length, 50, 400);
    }

    private static async Task<string> ListAsync(RunningServer server)
    {
        await using var client = await McpClients.ConnectAsync(server, server.Token(), Cancel);
        return JsonSerializer.Serialize(await client.ListToolsAsync(new ListToolsRequestParams(), Cancel), McpJsonUtilities.DefaultOptions);
    }
}

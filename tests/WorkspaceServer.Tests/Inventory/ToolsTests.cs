using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;
using WorkspaceServer.Features.Mcp.Prompts;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Tests.Mcp;
using Xunit;

namespace WorkspaceServer.Tests.Inventory;

/// <summary>Every tool and prompt of the running server says what it takes, closes the list, and bounds every value.</summary>
public sealed class ToolsTests(McpFixture fixture) : IClassFixture<McpFixture>
{
    [Fact]
    [Trait("claim", "A62")]
    [Trait("claim", "D34")]
    [Trait("claim", "A64")]
    public void EveryArgumentOfEveryToolHasBounds()
    {
        var tools = fixture.Server.Services.GetServices<McpServerTool>().ToArray();

        Assert.NotEmpty(tools);
        Assert.All(tools, tool => Assert.IsAssignableFrom<WorkspaceTool>(tool));
        Assert.Empty(tools.SelectMany(tool => Complaints(tool.ProtocolTool.Name, tool.ProtocolTool.InputSchema)));
    }

    [Fact]
    [Trait("claim", "A62")]
    public void EveryPromptChecksItsArgument()
    {
        var prompts = fixture.Server.Services.GetServices<McpServerPrompt>().ToArray();

        Assert.NotEmpty(prompts);
        Assert.All(prompts, prompt => Assert.IsAssignableFrom<WorkspacePrompt>(prompt));
    }

    [Theory]
    [Trait("claim", "A62")]
    [InlineData("""{"type":"object","properties":{}}""", "takes unknown arguments")]
    [InlineData("""{"type":"object","properties":{},"additionalProperties":true}""", "takes unknown arguments")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","minLength":1}},"additionalProperties":false}""", "a has no maxLength")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","minimum":1}},"additionalProperties":false}""", "a has no maximum")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","maximum":1}},"additionalProperties":false}""", "a has no minimum")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}},"additionalProperties":false}""", "a is an array")]
    [InlineData("""{"type":"object","properties":{"a":{}},"additionalProperties":false}""", "a has no type")]
    public void AnArgumentWithoutBoundsIsFound(string schema, string complaint) =>
        Assert.Contains(complaint, Assert.Single(Complaints("test", JsonElement.Parse(schema))), StringComparison.Ordinal);

    private static IEnumerable<string> Complaints(string tool, JsonElement schema)
    {
        if (!schema.TryGetProperty("additionalProperties", out var more) || more.ValueKind != JsonValueKind.False)
        {
            yield return $"{tool} takes unknown arguments.";
        }

        foreach (var property in schema.GetProperty("properties").EnumerateObject())
        {
            var type = property.Value.TryGetProperty("type", out var given) ? given.GetString() : null;
            string[] needed = type switch
            {
                "string" => ["maxLength"],
                "integer" or "number" => ["minimum", "maximum"],
                _ => [],
            };
            if (needed.Length == 0)
            {
                yield return type is null ? $"{tool}: {property.Name} has no type." : $"{tool}: {property.Name} is an {type}, which has no bounds here.";
            }

            foreach (var bound in needed.Where(bound => !property.Value.TryGetProperty(bound, out _)))
            {
                yield return $"{tool}: {property.Name} has no {bound}.";
            }
        }
    }
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using WorkspaceServer.Features.Mcp.Resources;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>
/// Every tool, resource template and prompt of the server, with what another workspace has in each of its arguments: the answer is the one
/// that what does not exist gets. A tool or an argument that is added later is tried, or fails the test until it is.
/// </summary>
[Trait("claim", "A80")]
[Trait("claim", "B37")]
[Trait("claim", "C22")]
public sealed class EveryToolTests(Neighbours neighbours) : IClassFixture<Neighbours>
{
    // Each argument's values for a target, and one that is good by itself for when another argument is tried.
    private static readonly Dictionary<string, (string Good, Func<Target, string>[] Values)> Arguments = new()
    {
        ["table"] = ("parties", [target => target.Table, target => target.Table.ToUpperInvariant(), target => target.WorkspaceId, target => $"main.{target.Table}"]),
        ["name"] = ("Parties by city", [target => target.Table, target => target.WorkspaceId]),
        ["reason"] = ("Asked often", [target => target.Word, target => target.Table]),
        ["query"] = ("copper", [target => target.Word, target => $"{target.Word} OR copper", target => target.Table, target => $"{target.Column}:{target.Word}"]),
        ["id"] =
        (
            "parties/P1",
            [target => $"{target.Table}/{target.Key}", target => $"parties/{target.Key}", target => $"{target.WorkspaceId}/{target.Table}/{target.Key}", target => $"../{target.WorkspaceId}/{target.Key}"]
        ),
        ["sql"] =
        (
            "SELECT 1",
            [
                target => $"SELECT * FROM {target.Table}",
                target => $"SELECT count(*) FROM main.{target.Table}",
                target => $"SELECT {target.Column} FROM parties",
                target => $"SELECT {target.Table}.{target.Column} FROM parties",
                target => $"SELECT * FROM parties WHERE name = (SELECT {target.Column} FROM {target.Table})",
                target => $"SELECT * FROM \"{target.Path}\"",
                target => $"SELECT * FROM '{target.WorkspaceId}'.{target.Table}",
                target => $"ATTACH '{target.Path}' AS other",
                target => $"VACUUM INTO '{target.Path}'",
                target => $"SELECT * FROM pragma_table_info('{target.Table}')",
                target => $"SELECT sql FROM sqlite_schema WHERE name = '{target.Table}'",
                target => $"SELECT * FROM {target.Table}_fts WHERE {target.Table}_fts MATCH '{target.Word}'",
                target => $"DELETE FROM {target.Table}",
                target => $"SELECT count(*) FROM parties WHERE name LIKE '%{target.Word}%'",
            ]
        ),
    };

    private static readonly string[] Methods =
        ["ping", "tools/list", "resources/list", "resources/templates/list", "prompts/list", "logging/setLevel", "server/discover", "subscriptions/listen", "no/such"];

    private IEnumerable<McpServerTool> Tools => neighbours.Server.Services.GetServices<McpServerTool>();

    [Fact]
    public async Task NoToolTellsWhatIsForeignFromWhatIsUnknown()
    {
        var complaints = new List<string>();
        foreach (var tool in Tools.Select(tool => tool.ProtocolTool))
        {
            foreach (var name in TextsOf(tool))
            {
                foreach (var value in Arguments[name].Values)
                {
                    complaints.AddRange(await ComplaintsAsync($"{tool.Name} {name}", target => Call(tool, (name, value(target)))));
                }
            }

            foreach (var name in (string[])["workspace", "workspace_id", "token"])
            {
                complaints.AddRange(await ComplaintsAsync($"{tool.Name} with a made-up argument {name}", target => Call(tool, (name, target.WorkspaceId))));
            }
        }

        Assert.Empty(complaints);
    }

    /// <summary>A text that a tool takes may name something, so this suite has to know what to put into it.</summary>
    [Fact]
    public void EveryArgumentIsTried()
    {
        Assert.NotEmpty(Tools);
        Assert.Empty(Tools.SelectMany(tool => TextsOf(tool.ProtocolTool).Select(name => (Tool: tool.ProtocolTool.Name, Name: name)))
            .Where(argument => !Arguments.ContainsKey(argument.Name))
            .Select(argument => $"{argument.Tool} has a text {argument.Name}: teach {nameof(EveryToolTests)} its values"));
    }

    [Fact]
    public async Task NoResourceTellsWhatIsForeignFromWhatIsUnknown()
    {
        var complaints = new List<string>();
        var templates = WorkspaceResources.ListTemplates().ResourceTemplates;
        Assert.NotEmpty(templates);
        foreach (var method in (string[])["resources/read", "resources/subscribe", "resources/unsubscribe"])
        {
            foreach (var template in templates.Select(template => template.UriTemplate).Append("workspace://{id}/schema").Append("workspace://schema?workspace={id}").Append("file://{path}"))
            {
                complaints.AddRange(await ComplaintsAsync($"{method} {template}", target => Message(method, new { uri = Fill(template, target) })));
            }
        }

        foreach (var template in templates)
        {
            complaints.AddRange(await ComplaintsAsync($"completion of {template.UriTemplate}", target => Message(
                "completion/complete", new { @ref = new { type = "ref/resource", uri = template.UriTemplate }, argument = new { name = "name", value = target.Table[..8] } })));
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task NoPromptAndNoListTellsWhatIsForeignFromWhatIsUnknown()
    {
        var complaints = new List<string>();
        foreach (var prompt in neighbours.Server.Services.GetServices<McpServerPrompt>().Select(prompt => prompt.ProtocolPrompt))
        {
            foreach (var argument in prompt.Arguments ?? [])
            {
                complaints.AddRange(await ComplaintsAsync($"{prompt.Name} {argument.Name}", target => Message(
                    "prompts/get", new { name = prompt.Name, arguments = new Dictionary<string, string> { [argument.Name] = target.WorkspaceId } })));
            }
        }

        foreach (var method in Methods)
        {
            complaints.AddRange(await ComplaintsAsync(method, target => Message(
                method, new { cursor = target.WorkspaceId, workspace_id = target.WorkspaceId, level = target.Table, _meta = new { workspace_id = target.WorkspaceId, progressToken = target.Token } })));
        }

        Assert.Empty(complaints);
    }

    /// <summary>Whatever else a request says, the workspace is the token's.</summary>
    [Fact]
    public async Task ATokenIsForOneWorkspace_WhateverTheRequestNames()
    {
        var theirs = neighbours.Theirs;
        var plain = await neighbours.PostAsync(McpCalls.Call("list_tables", "{}"), neighbours.MyToken);
        Assert.Contains("parties", plain.Body, StringComparison.Ordinal);
        foreach (var (path, headers) in new (string, (string, string)[])[]
        {
            ($"/mcp?workspace={theirs.WorkspaceId}", []),
            ("/mcp", [("Cookie", $"workspace={theirs.WorkspaceId}; token={theirs.Token}")]),
        })
        {
            var answer = await neighbours.SendAsync(HttpMethod.Post, path, neighbours.MyToken, Content(McpCalls.Call("list_tables", "{}")), [.. McpCalls.Accept, .. headers]);
            Assert.Equal(plain.All, answer.All);
        }

        // A header that contradicts the token is a mistake to be told, the same for a workspace that is not there.
        var contradicted = await neighbours.SendAsync(HttpMethod.Post, "/mcp", neighbours.MyToken, Content(McpCalls.ListTools), [.. McpCalls.Accept, ("X-Workspace-Id", theirs.WorkspaceId)]);
        var unknown = await neighbours.SendAsync(HttpMethod.Post, "/mcp", neighbours.MyToken, Content(McpCalls.ListTools), [.. McpCalls.Accept, ("X-Workspace-Id", WorkspaceId.New(DateTimeOffset.UnixEpoch).ToString())]);
        Assert.Equal(400, contradicted.Status);
        Assert.Equal(contradicted.All, unknown.All);

        foreach (var path in (string[])[$"/mcp/{theirs.WorkspaceId}", $"/{theirs.WorkspaceId}/mcp", $"/workspaces/{theirs.WorkspaceId}/mcp"])
        {
            Assert.Equal(404, (await neighbours.SendAsync(HttpMethod.Post, path, neighbours.MyToken, Content(McpCalls.ListTools), McpCalls.Accept)).Status);
        }
    }

    private static StringContent Content(string message) => new(message, System.Text.Encoding.UTF8, "application/json");

    private static string Message(string method, object parameters) => JsonSerializer.Serialize(new { jsonrpc = "2.0", id = 1, method, @params = parameters });

    private static string Fill(string template, Target target) => template
        .Replace("{id}", target.WorkspaceId, StringComparison.Ordinal)
        .Replace("{path}", target.Path, StringComparison.Ordinal)
        .Replace("{name}", target.Table, StringComparison.Ordinal);

    private static IEnumerable<string> TextsOf(Tool tool) => tool.InputSchema.GetProperty("properties").EnumerateObject()
        .Where(property => property.Value.GetProperty("type").GetString() != "integer")
        .Select(property => property.Name);

    private static string Call(Tool tool, (string Name, string Value) tried)
    {
        var required = tool.InputSchema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];
        var arguments = required.ToDictionary(name => name, name => Arguments[name].Good);
        arguments[tried.Name] = tried.Value;
        return McpCalls.Call(tool.Name, JsonSerializer.Serialize(arguments));
    }

    private Task<IEnumerable<string>> ComplaintsAsync(string what, Func<Target, string> message) =>
        neighbours.ComplaintsAsync(what, target => neighbours.PostAsync(message(target), neighbours.MyToken));
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Mcp;
using WorkspaceServer.Tests.Sandbox;
using Xunit;

namespace WorkspaceServer.Tests.Attack;

/// <summary>The other half of the cases: messages of both eras to the MCP endpoint.</summary>
[Collection(AloneCollection.Name)]
public sealed class McpAttackTests(McpFixture fixture) : IClassFixture<McpFixture>
{
    private const int InternalError = -32603;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A64")]
    [Trait("claim", "D34")]
    [Trait("claim", "C36")]
    public async Task NoMessageMakesTheServerFail()
    {
        var tools = fixture.Server.Services.GetServices<McpServerTool>().Select(tool => tool.ProtocolTool).ToArray();
        var cases = new McpCases(AttackRun.Seed, tools);
        var token = fixture.Server.Token();
        var (answered, refused) = (0, 0);
        await new AttackRun(fixture.Server, "MCP").SendAsync(
            AttackRun.Cases - (AttackRun.Cases / 2),
            async (number, stop) =>
            {
                var message = cases.Make(number);
                var (status, answer) = await SendAsync(message, token, stop);
                Interlocked.Add(ref answered, status == 200 ? 1 : 0);
                Interlocked.Add(ref refused, answer.Contains("invalid_argument", StringComparison.Ordinal) ? 1 : 0);
                return Complaint(message, status, answer) is { } complaint
                    ? $"{complaint} for\n{string.Join('\n', message.Headers)}\n{Encoding.UTF8.GetString(message.Body.AsSpan(0, Math.Min(1_500, message.Body.Length)))}\nwhich was answered with {status}\n{answer}"
                    : null;
            },
            Cancel);

        Assert.InRange(answered, AttackRun.Cases / 10, AttackRun.Cases / 2);
        Assert.InRange(refused, AttackRun.Cases / 20, AttackRun.Cases / 2);
    }

    private static string? Complaint(McpCase message, int status, string answer)
    {
        if (status >= 500 || answer.Contains("   at ", StringComparison.Ordinal) || answer.Contains("internal_error", StringComparison.Ordinal))
        {
            return "it failed";
        }

        if (!TryParse(McpCalls.Body(answer), out var json) || json.ValueKind != JsonValueKind.Object)
        {
            return status == 200 && answer.Length > 0 ? "no JSON" : null;
        }

        return json.TryGetProperty("error", out var error) && error.TryGetProperty("code", out var code) && code.GetInt32() == InternalError ? "an internal error"
            : message.IsRefused && status == 200 && json.TryGetProperty("result", out _) && !answer.Contains("invalid_argument", StringComparison.Ordinal) ? "an argument out of bounds was taken"
            : null;
    }

    private async Task<(int Status, string Answer)> SendAsync(McpCase message, string token, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, fixture.Server.Mcp) { Content = new ByteArrayContent(message.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in message.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await fixture.Server.Http.SendAsync(request, stop);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(stop));
    }

    private static bool TryParse(string text, out JsonElement json)
    {
        try
        {
            json = JsonElement.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            json = default;
            return false;
        }
    }
}

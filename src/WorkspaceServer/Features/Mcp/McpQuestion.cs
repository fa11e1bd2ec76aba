using System.Diagnostics;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp;

/// <param name="Rows">Cells as text; NULL is empty.</param>
/// <param name="Milliseconds">From the call to its answer, over HTTP.</param>
internal sealed record McpAnswer(
    IReadOnlyList<string> Tools, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, bool Truncated, string? AsOf, double Milliseconds);

/// <summary>The other side of the endpoint: connects as an AI client does, lists the tools and asks one question.</summary>
internal static class McpQuestion
{
    /// <exception cref="ProblemException">The server cannot be reached, refuses the token, or refuses the statement.</exception>
    public static async Task<McpAnswer> AskAsync(Uri url, string token, string sql, CancellationToken cancel)
    {
        try
        {
            await using var client = await ConnectAsync(url, token, cancel);
            var tools = await client.ListToolsAsync(cancellationToken: cancel);
            var started = Stopwatch.GetTimestamp();
            var result = await client.CallToolAsync("execute_sql", new Dictionary<string, object?> { ["sql"] = sql }, cancellationToken: cancel);
            var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            return result.IsError == true ? throw Refused(result) : Read([.. tools.Select(tool => tool.Name)], result.StructuredContent!.Value, elapsed);
        }
        catch (HttpRequestException error)
        {
            throw error.StatusCode == System.Net.HttpStatusCode.TooManyRequests
                ? new ProblemException(ProblemCodes.TooManyRequests, "This token or this machine asks too often. Try again in a minute.")
                : error.StatusCode is { } status
                ? new ProblemException(ProblemCodes.InvalidToken, $"The server refused the token (HTTP {(int)status}). Make a new one with: workspace-server token create")
                : new ProblemException(ProblemCodes.Busy, $"The server at {url} cannot be reached: {error.Message}");
        }
        catch (McpException error)
        {
            throw new ProblemException(ProblemCodes.BadRequest, $"The server did not understand: {error.Message}");
        }
    }

    private static Task<McpClient> ConnectAsync(Uri url, string token, CancellationToken cancel) => McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = url,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" },
        }),
        new McpClientOptions { ClientInfo = new Implementation { Name = "workspace-server-ask", Version = "1" } },
        cancellationToken: cancel);

    private static McpAnswer Read(IReadOnlyList<string> tools, JsonElement content, double milliseconds) => new(
        tools,
        [.. content.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!)],
        [.. content.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().Select(cell => cell.ToString()).ToArray())],
        content.GetProperty("truncated").GetBoolean(),
        content.TryGetProperty("as_of", out var asOf) ? asOf.GetString() : null,
        milliseconds);

    /// <summary>Tools say "code: sentence".</summary>
    private static ProblemException Refused(CallToolResult result)
    {
        var text = string.Join(' ', result.Content.OfType<TextContentBlock>().Select(block => block.Text));
        var parts = text.Split(": ", 2);
        return ProblemCodes.All.FirstOrDefault(code => code.Code == parts[0]) is { } known
            ? new ProblemException(known, parts[^1])
            : new ProblemException(ProblemCodes.InvalidSql, text);
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>An MCP server whose tool sends half of its stream, cut within a letter and within the end of a line, and then waits for the test.</summary>
internal sealed class StreamingServer : IAsyncDisposable
{
    private const string Tools = """{"tools":[{"name":"slow","inputSchema":{"type":"object"}}]}""";

    private readonly WebApplication app;

    private StreamingServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public string Url => app.Urls.Single() + "/mcp";

    public ConcurrentQueue<string> Methods { get; } = new();

    /// <summary>Of each request, Mcp-Method if it says the same as the body, and the revision in the body.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    public TaskCompletionSource GoOn { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The browser has closed a stream.</summary>
    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<string> Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<StreamingServer> StartAsync()
    {
        var server = new StreamingServer();
        await server.app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync()
    {
        GoOn.TrySetResult();
        return app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var message = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        var method = message.GetProperty("method").GetString()!;
        Methods.Enqueue(method);
        var meta = message.TryGetProperty("params", out var given) && given.TryGetProperty("_meta", out var found) ? found : default;
        var revision = meta.ValueKind == JsonValueKind.Object && meta.TryGetProperty("io.modelcontextprotocol/protocolVersion", out var said) ? said.GetString() : "";
        Heads.Enqueue(revision == "" ? context.Request.Headers["Mcp-Method"].ToString() : context.Request.Headers["Mcp-Method"] == method ? revision! : "differs");
        if (!message.TryGetProperty("id", out var id))
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            if (method == "notifications/cancelled")
            {
                Cancelled.TrySetResult(given.GetRawText());
            }

            return;
        }

        var result = method switch
        {
            "initialize" => """{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"slow","version":"1"}}""",
            "server/discover" => """{"supportedVersions":["2026-07-28"],"capabilities":{},"resultType":"complete"}""",
            "tools/list" => Tools,
            _ => """{"content":[{"type":"text","text":"all of it"}]}""",
        };
        context.Response.ContentType = "text/event-stream";
        if (method == "tools/call")
        {
            await HalfAsync(context, meta.GetProperty("progressToken").GetRawText());
            try
            {
                await GoOn.Task.WaitAsync(context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                Closed.TrySetResult();
                return;
            }
        }

        await context.Response.WriteAsync($$"""data: {"jsonrpc":"2.0","id":{{id.GetRawText()}},"result":{{result}}}""" + "\n\n");
    }

    private static async Task HalfAsync(HttpContext context, string token)
    {
        var text = $$$"""
            data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"नमस्ते"}}

            data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{token}}},"progress":3,"total":6,"message":"half <b>done</b>"}}


            """.ReplaceLineEndings("\r\n");
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var (letter, line) = (Array.FindIndex(bytes, each => each > 0x7f) + 1, Array.IndexOf(bytes, (byte)'\r') + 1);
        foreach (var (from, to) in (ValueTuple<int, int>[])[(0, letter), (letter, line), (line, bytes.Length)])
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory(from, to - from));
            await context.Response.Body.FlushAsync();
        }
    }
}

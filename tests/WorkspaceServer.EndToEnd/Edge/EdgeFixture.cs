using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using WorkspaceServer.Commands;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Edge;

/// <summary>One server with one nginx before it, for all tests of the edge.</summary>
public sealed class EdgeFixture : IAsyncLifetime
{
    private RunningServer? server;
    private RunningEdge? edge;

    internal RunningServer Server => server!;

    internal RunningEdge Edge => edge!;

    /// <summary>Lets the stream of events end.</summary>
    internal TaskCompletionSource McpStreamMayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal TaskCompletionSource PageStreamMayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync(new ServerOptions { PublicUrl = "https://" + RunningEdge.Name }, new WebServerChange(Map: Map));
        edge = await RunningEdge.StartAsync(server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await (edge?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/test/fails", (HttpContext _) => throw new InvalidOperationException()).Open();
        routes.MapGet("/test/status/{status}", (int status) => Results.StatusCode(status)).Open();
        routes.MapGet("/test/redirect", () => Results.Redirect("/healthz")).Open();
        routes.MapGet("/test/address", (HttpContext context) => ClientAddress.Of(context)).Open();
        routes.MapGet("/mcp/test", (HttpContext context) => StreamAsync(context, McpStreamMayEnd)).Open();
        routes.MapGet("/test/events", (HttpContext context) =>
        {
            // As the streams of pages say it, which have no location of their own.
            context.Response.Headers["X-Accel-Buffering"] = "no";
            return StreamAsync(context, PageStreamMayEnd);
        }).Open();
    }

    private static async Task StreamAsync(HttpContext context, TaskCompletionSource mayEnd)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync("data: first\n\n");
        await context.Response.Body.FlushAsync();
        await mayEnd.Task.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync("data: last\n\n");
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace WorkspaceServer.EndToEnd.Backups;

/// <summary>One request as it went over the wire.</summary>
/// <param name="Checksum">Its Content-MD5.</param>
/// <param name="Mode">The mode of the lock that it asks for, and the time until then.</param>
internal sealed record WireRequest(string Method, string Query, byte[] Body, string? Checksum, string? Mode, string? Until);

/// <summary>Passes requests on to a server that checks no signatures, and notes them.</summary>
internal sealed class RecordingWire : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly HttpClient client;
    private readonly Task listening;

    public RecordingWire(Uri target)
    {
        client = new HttpClient { BaseAddress = target };
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        }

        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        listening = ListenAsync();
    }

    public Uri Address { get; }

    public ConcurrentQueue<WireRequest> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await listening;
        listener.Close();
        client.Dispose();
    }

    private async Task ListenAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            await PassAsync(context.Request, context.Response);
        }
    }

    private async Task PassAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        Requests.Enqueue(new WireRequest(
            request.HttpMethod, request.Url!.Query, body.ToArray(), request.Headers["Content-MD5"], request.Headers["x-amz-object-lock-mode"], request.Headers["x-amz-object-lock-retain-until-date"]));
        using var onwards = new HttpRequestMessage(new HttpMethod(request.HttpMethod), request.RawUrl) { Content = new ByteArrayContent(body.ToArray()) };
        foreach (var name in request.Headers.AllKeys.Where(name => name is not (null or "Host" or "Content-Length" or "Connection")))
        {
            if (!onwards.Headers.TryAddWithoutValidation(name!, request.Headers[name]))
            {
                onwards.Content.Headers.TryAddWithoutValidation(name!, request.Headers[name]);
            }
        }

        using var answer = await client.SendAsync(onwards);
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(each => each.Key is not ("Content-Length" or "Transfer-Encoding" or "Connection")))
        {
            response.Headers[name] = string.Join(", ", values);
        }

        response.ContentLength64 = answer.Content.Headers.ContentLength ?? 0;
        if (request.HttpMethod != "HEAD")
        {
            await answer.Content.CopyToAsync(response.OutputStream);
        }

        response.Close();
    }
}

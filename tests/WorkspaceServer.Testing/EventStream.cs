using System.Text;

namespace WorkspaceServer.Testing;

/// <summary>A stream of server-sent events, read as it comes.</summary>
internal sealed class EventStream : IDisposable
{
    /// <summary>Longest that a test waits for anything, in real time.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly StreamReader reader;

    private EventStream(HttpResponseMessage response, StreamReader reader) => (Response, this.reader) = (response, reader);

    public HttpResponseMessage Response { get; }

    /// <summary>Opens one with the cookies of a browser.</summary>
    public static async Task<EventStream> OpenAsync(RunningServer server, TestBrowser browser, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Limit);
        return new EventStream(response, new StreamReader(await response.Content.ReadAsStreamAsync(), Encoding.UTF8));
    }

    /// <summary>The data of the next event that is no mere sign of life; null at the end.</summary>
    public async Task<string?> NextAsync()
    {
        var isState = false;
        while (await reader.ReadLineAsync().WaitAsync(Limit) is { } line)
        {
            isState = line.StartsWith("event:", StringComparison.Ordinal) ? line == "event: state" : isState;
            if (isState && line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return line["data: ".Length..];
            }
        }

        return null;
    }

    /// <summary>The line of the next sign of life.</summary>
    public async Task<string?> BeatAsync()
    {
        while (await reader.ReadLineAsync().WaitAsync(Limit) is { } line)
        {
            if (line == "event: beat")
            {
                return line;
            }
        }

        return null;
    }

    /// <summary>All that comes until the end.</summary>
    public Task<string> ToEndAsync() => reader.ReadToEndAsync().WaitAsync(Limit);

    public void Dispose()
    {
        reader.Dispose();
        Response.Dispose();
    }
}

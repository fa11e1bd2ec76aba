using System.Net;
using System.Text.RegularExpressions;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Smoke;

/// <summary>What comes from outside: keeps cookies, sends forms as a browser does, and never follows a redirect by itself.</summary>
/// <param name="url">Where the server answers.</param>
/// <param name="origin">What its people call it; a form says that it comes from there.</param>
internal sealed partial class SmokeVisitor(Uri url, string origin) : IDisposable
{
    /// <summary>Longest page that is read whole, in bytes.</summary>
    private const int MaxPageBytes = 4 * 1024 * 1024;

    private readonly Dictionary<string, string> cookies = [];
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = url,
        Timeout = TimeSpan.FromSeconds(30),
        MaxResponseContentBufferSize = MaxPageBytes,
    };

    public void Dispose() => http.Dispose();

    public Task<SmokePage> GetAsync(string path, CancellationToken cancel) => SendAsync(HttpMethod.Get, path, null, cancel);

    public Task<SmokePage> PostAsync(string path, HttpContent body, CancellationToken cancel) => SendAsync(HttpMethod.Post, path, body, cancel);

    /// <summary>Loads the page with the form, then sends it.</summary>
    public async Task<SmokePage> SubmitAsync(string page, string path, CancellationToken cancel, params IEnumerable<(string Name, string Value)> fields)
    {
        var form = await GetAsync(page, cancel);
        var token = FormToken().Match(form.Body) is { Success: true } match ? WebUtility.HtmlDecode(match.Groups["token"].Value) : throw form.Unexpected($"a form at {page.Split('?')[0]}");
        using var body = new FormUrlEncodedContent(fields.Append((CrossSiteCheck.TokenField, token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        return await PostAsync(path, body, cancel);
    }

    /// <summary>The answer's body as it comes; it may be longer than a page.</summary>
    public async Task<T> ReadAsync<T>(string path, Func<TextReader, Task<T>> read, CancellationToken cancel)
    {
        using var request = Request(HttpMethod.Get, path, null);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!answer.IsSuccessStatusCode)
        {
            throw new SmokePage(path, answer.StatusCode, "", null).Unexpected("a file");
        }

        using var text = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
        return await read(text);
    }

    private async Task<SmokePage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancel)
    {
        using var request = Request(method, path, body);
        using var answer = await http.SendAsync(request, cancel);
        foreach (var header in answer.Headers.TryGetValues("Set-Cookie", out var headers) ? headers : [])
        {
            var pair = header.Split(';')[0].Split('=', 2);
            cookies[pair[0]] = pair[^1];
        }

        return new SmokePage(path, answer.StatusCode, await answer.Content.ReadAsStringAsync(cancel), answer.Headers.Location?.OriginalString);
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? body)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Accept.ParseAdd("text/html,*/*;q=0.5");
        request.Headers.UserAgent.ParseAdd("workspace-server-smoke/1");
        if (cookies.Count > 0)
        {
            request.Headers.Add("Cookie", string.Join("; ", cookies.Where(cookie => cookie.Value.Length > 0).Select(cookie => $"{cookie.Key}={cookie.Value}")));
        }

        if (method == HttpMethod.Post)
        {
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Sec-Fetch-Site", "same-origin");
        }

        // Past the proxy, on the machine itself: what the proxy would say.
        if (url.Scheme == Uri.UriSchemeHttp && origin.StartsWith("https:", StringComparison.Ordinal))
        {
            request.Headers.Add("X-Forwarded-Proto", Uri.UriSchemeHttps);
        }

        return request;
    }

    [GeneratedRegex("name=\"" + CrossSiteCheck.TokenField + "\"[^>]*value=\"(?<token>[^\"]*)\"")]
    private static partial Regex FormToken();
}

/// <summary>What came back.</summary>
internal sealed record SmokePage(string Path, HttpStatusCode Status, string Body, string? Location)
{
    public SmokeException Unexpected(string instead) => new($"{Path.Split('?')[0]} answered {(int)Status}{(Location is null ? "" : $" to {Location.Split('?')[0]}")} instead of {instead}.");
}

/// <summary>A path does not do what it should; the message is for the operator and holds no secret.</summary>
internal sealed class SmokeException(string message, Exception? inner = null) : Exception(message, inner);

using System.Net;
using System.Text.Json;

namespace WorkspaceServer.Testing;

/// <summary>As much of a browser as sign-in needs: it keeps the server's cookies, and goes where it is told to only when the test says so.</summary>
internal sealed class Browser(RunningServer server) : IDisposable
{
    private readonly Dictionary<string, string> cookies = [];

    /// <summary>Names of the cookies at hand.</summary>
    public IReadOnlyCollection<string> Cookies => cookies.Keys;

    public bool IsSignedIn => cookies.Keys.Any(name => name.EndsWith("session", StringComparison.Ordinal));

    /// <summary>Another browser with the same cookies: what a thief of all of them has.</summary>
    public Browser Copy()
    {
        var copy = new Browser(server);
        foreach (var (name, value) in cookies)
        {
            copy.cookies[name] = value;
        }

        return copy;
    }

    public Task<HttpResponseMessage> GetAsync(string address, params (string Name, string Value)[] headers) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, address), headers);

    public Task<HttpResponseMessage> PostAsync(string address, HttpContent body, params (string Name, string Value)[] headers) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = body }, headers);

    /// <summary>Status and problem code of an answer; the code is empty if it is no problem.</summary>
    public static async Task<(HttpStatusCode Status, string Code)> ReadAsync(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return (response.StatusCode, "");
        }

        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, problem.RootElement.GetProperty("code").GetString()!);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        using (request)
        {
            request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            var response = await server.Http.SendAsync(request);
            foreach (var line in response.Headers.TryGetValues("Set-Cookie", out var lines) ? lines : [])
            {
                Keep(line);
            }

            return response;
        }
    }

    private void Keep(string line)
    {
        var (name, value) = line.Split(';')[0].Split('=', 2) is [var left, var right] ? (left, right) : ("", "");
        if (value.Length == 0)
        {
            cookies.Remove(name);
        }
        else
        {
            cookies[name] = value;
        }
    }

    public void Dispose() => cookies.Clear();
}

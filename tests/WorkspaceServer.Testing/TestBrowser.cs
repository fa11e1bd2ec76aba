using System.Net;
using System.Text.RegularExpressions;

namespace WorkspaceServer.Testing;

/// <summary>What a browser does with pages and forms: keeps cookies, says where a form comes from, sends its hidden fields along.</summary>
internal sealed partial class TestBrowser(RunningServer server, string address = "192.0.2.1", bool isHttps = false)
{
    public const string UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    public Dictionary<string, string> Cookies { get; } = [];

    /// <summary>Every Set-Cookie header that came.</summary>
    public List<string> SetCookies { get; } = [];

    /// <summary>What the form says it comes from; null to say nothing.</summary>
    public string? Origin { get; set; } = server.Get<Hosting.PublicAddress>().Origin;

    /// <summary>What it likes best, as Accept-Language has it.</summary>
    public string? Language { get; set; }

    public string? FetchSite { get; set; } = "same-origin";

    /// <summary>A browser with the same cookies, as somebody who copied them has it.</summary>
    public TestBrowser Copy(string? from = null)
    {
        var copy = new TestBrowser(server, from ?? address, isHttps);
        foreach (var (name, value) in Cookies)
        {
            copy.Cookies[name] = value;
        }

        return copy;
    }

    public Task<Page> GetAsync(string path, string accept = "text/html") => SendAsync(HttpMethod.Get, path, null, accept);

    /// <summary>Loads a page, fills in its form and sends it.</summary>
    /// <param name="page">The page with the form, if it is not at the form's own address.</param>
    public async Task<Page> PostAsync(string path, IEnumerable<(string Name, string Value)> fields, string? page = null, string accept = "text/html")
    {
        var token = (await GetAsync(page ?? path)).Token;
        return await SubmitAsync(path, fields, token, accept);
    }

    /// <summary>Sends a form with this token, without loading a page first.</summary>
    public Task<Page> SubmitAsync(string path, IEnumerable<(string Name, string Value)> fields, string? token, string accept = "text/html")
    {
        var all = fields.Select(field => KeyValuePair.Create(field.Name, field.Value));
        return SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(token is null ? all : all.Append(KeyValuePair.Create("__RequestVerificationToken", token))), accept);
    }

    /// <summary>Sends a form of any kind, such as one with a file.</summary>
    public Task<Page> SendAsync(string path, HttpContent form) => SendAsync(HttpMethod.Post, path, form, "text/html");

    /// <summary>Sends JSON to the interface.</summary>
    public Task<Page> SendJsonAsync(HttpMethod method, string path, string json, string? token)
    {
        var body = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        body.Headers.TryAddWithoutValidation("X-CSRF-Token", token);
        return SendAsync(method, path, body, "application/json");
    }

    /// <summary>Sends nothing by any method: an empty form to a page, an empty object to the JSON interface.</summary>
    public Task<Page> SendAsync(HttpMethod method, string path, string? token)
    {
        HttpContent body = path.StartsWith("/api/", StringComparison.Ordinal)
            ? new StringContent("{}", System.Text.Encoding.UTF8, "application/json")
            : new FormUrlEncodedContent(token is null ? [] : [KeyValuePair.Create("__RequestVerificationToken", token)]);
        if (token is not null)
        {
            body.Headers.TryAddWithoutValidation("X-CSRF-Token", token);
        }

        return SendAsync(method, path, body, "application/json");
    }

    private async Task<Page> SendAsync(HttpMethod method, string path, HttpContent? body, string accept)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.TryAddWithoutValidation("Accept-Language", Language);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        if (isHttps)
        {
            request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "https");
        }

        if (Cookies.Count > 0)
        {
            request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        }

        if (method != HttpMethod.Get && Origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", Origin);
        }

        if (method != HttpMethod.Get && FetchSite is not null)
        {
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", FetchSite);
        }

        using var response = await server.Http.SendAsync(request);
        lock (Cookies)
        {
            Keep(response);
        }

        return new Page(response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Headers.Location?.OriginalString, response.Headers.RetryAfter?.Delta);
    }

    private void Keep(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Set-Cookie", out var headers))
        {
            return;
        }

        foreach (var header in headers)
        {
            SetCookies.Add(header);
            var (name, value) = (header.Split('=')[0], header.Split(';')[0].Split('=', 2)[1]);
            if (value.Length == 0)
            {
                Cookies.Remove(name);
            }
            else
            {
                Cookies[name] = value;
            }
        }
    }

    internal sealed partial record Page(HttpStatusCode Status, byte[] Bytes, string? Location, TimeSpan? RetryAfter)
    {
        /// <summary>The bytes as text, which a file may not be.</summary>
        public string Body { get; } = System.Text.Encoding.UTF8.GetString(Bytes);

        /// <summary>The hidden token of the page's forms; null if it has none.</summary>
        public string? Token => HiddenToken().Match(Body) is { Success: true } match ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;

        /// <summary>The body without what differs each time: tokens.</summary>
        public string Stable => HiddenToken().Replace(Body, "");

        [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]*)\"")]
        private static partial Regex HiddenToken();
    }
}

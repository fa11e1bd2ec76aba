using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Server;

/// <summary>The server said no, with a code of the protocol or another of its own.</summary>
internal sealed class ServerRefusal : Exception
{
    public ServerRefusal(HttpStatusCode status, string code, string detail, TimeSpan? retryAfter = null)
        : base(detail)
    {
        Status = status;
        Code = code;
        RetryAfter = retryAfter;
    }

    public HttpStatusCode Status { get; }

    /// <summary>One of <see cref="SyncProblems"/>, or another; empty if the answer was none of the server's.</summary>
    public string Code { get; }

    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the same request may be answered later: the server is busy, restarting, or somebody is before it who cannot reach it.</summary>
    public bool IsTemporary => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;
}

/// <summary>Sends requests to the server and turns whatever comes back into an answer or into words that a person can act on.</summary>
internal sealed class ServerClient : IDisposable
{
    /// <summary>Largest answer that is read, in bytes.</summary>
    private const int MaxAnswerBytes = 1 << 20;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly HttpClient http;
    private readonly TimeProvider clock;

    /// <param name="address">As <see cref="ServerAddress.Parse"/> gave it.</param>
    public ServerClient(Uri address, TimeProvider clock)
    {
        this.clock = clock;
        // Certificates are checked as the operating system does it, and there is no way around that. A redirect could lead elsewhere with a secret.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(15) };
        http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout, MaxResponseContentBufferSize = MaxAnswerBytes };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("workspace-agent", Version));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    public static string Version => Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    public Task<TAnswer> SendAsync<TAnswer>(HttpMethod method, string path, string? token, JsonTypeInfo<TAnswer> answer, CancellationToken cancel) =>
        SendAsync(method, path, token, content: null, header: null, answer, cancel);

    public Task<TAnswer> SendAsync<TRequest, TAnswer>(
        HttpMethod method, string path, string? token, TRequest request, JsonTypeInfo<TRequest> type, JsonTypeInfo<TAnswer> answer, CancellationToken cancel, (string Name, string Value)? header = null)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(method, path, token, content, header, answer, cancel);
    }

    public Task<RunAnswer> SendBatchAsync(string path, string token, byte[] body, string hash, CancellationToken cancel)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(SyncPaths.BatchMediaType);
        return SendAsync(HttpMethod.Put, path, token, content, (SyncPaths.BatchHashHeader, hash), ProtocolJson.Default.RunAnswer, cancel);
    }

    /// <summary>Gets an address without a token, whatever comes back: for the checks.</summary>
    public async Task<HttpResponseMessage> ProbeAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        }
        catch (Exception error) when (Explain(error, cancel) is { } explained)
        {
            throw explained;
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<TAnswer> SendAsync<TAnswer>(
        HttpMethod method, string path, string? token, HttpContent? content, (string Name, string Value)? header, JsonTypeInfo<TAnswer> answer, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (header is { } one)
        {
            request.Headers.Add(one.Name, one.Value);
        }

        try
        {
            using var response = await http.SendAsync(request, cancel);
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            if (!response.IsSuccessStatusCode)
            {
                throw Refusal(response, body);
            }

            return body.Length == 0 && response.StatusCode == HttpStatusCode.NoContent
                ? default!
                : JsonSerializer.Deserialize(body, answer) ?? throw NotTheServer(response);
        }
        catch (JsonException error)
        {
            throw new AgentException(AgentProblem.Untrusted, $"What answers at {http.BaseAddress} is not Workspace Server. Is the address right, or is there a proxy in the way that answers itself?", error);
        }
        catch (Exception error) when (Explain(error, cancel) is { } explained)
        {
            throw explained;
        }
    }

    private ServerRefusal Refusal(HttpResponseMessage response, byte[] body)
    {
        ProblemAnswer? problem = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            try
            {
                problem = JsonSerializer.Deserialize(body, ProtocolJson.Default.ProblemAnswer);
            }
            catch (JsonException)
            {
                // It is not the server's own answer then; the status says what there is to say.
            }
        }

        var detail = problem?.Detail ?? problem?.Title ?? NotTheServer(response).Message;
        return new ServerRefusal(response.StatusCode, problem?.Code ?? "", detail, RetryAfter(response));
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };

    private AgentException NotTheServer(HttpResponseMessage response)
    {
        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        return new AgentException(AgentProblem.Untrusted, response.StatusCode switch
        {
            HttpStatusCode.ProxyAuthenticationRequired => "A proxy is in the way and asks for a user and a password. Let it pass this address without, or set HTTPS_PROXY=http://user:password@proxy:port for the service.",
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => $"The server at {http.BaseAddress} is not running at the moment ({status} from what stands before it).",
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => $"{http.BaseAddress} leads elsewhere ({status} to {response.Headers.Location}). Use the server's own address.",
            _ => $"What answers at {http.BaseAddress} is not Workspace Server (it says {status}). Is the address right, or is there a proxy in the way that answers itself?",
        });
    }

    /// <summary>A failure of the network in words, or null if it is something else.</summary>
    private AgentException? Explain(Exception error, CancellationToken cancel)
    {
        var host = http.BaseAddress!.Host;
        return error switch
        {
            HttpRequestException { InnerException: AuthenticationException inner } =>
                new(AgentProblem.Untrusted, $"The certificate of {host} is not trusted: {inner.Message} The agent does not go on without a good one.", error),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                new(AgentProblem.Unreachable, $"The name {host} is not known. Is it written right, and is this computer online?", error),
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
                new(AgentProblem.Unreachable, $"A proxy is in the way and does not let {host} through. Let it pass this address.", error),
            HttpRequestException { InnerException: SocketException socket } =>
                new(AgentProblem.Unreachable, $"{host} does not answer ({socket.SocketErrorCode}). Is the server running, and does the firewall let this computer out?", error),
            HttpRequestException => new(AgentProblem.Unreachable, $"The connection to {host} broke: {error.Message}", error),
            TaskCanceledException when !cancel.IsCancellationRequested => new(AgentProblem.Unreachable, $"{host} did not answer in {Timeout.TotalMinutes:0} minutes.", error),
            IOException => new(AgentProblem.Unreachable, $"The connection to {host} broke: {error.Message}", error),
            _ => null,
        };
    }
}

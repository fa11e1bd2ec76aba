using System.Net;
using System.Text;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>How the server talks to an identity provider: https only, no redirects, and a bound on time and size.</summary>
internal sealed class IssuerHttp : IDisposable
{
    /// <summary>Largest answer that is read. Key sets of large providers have about 10 KiB.</summary>
    public const int MaxAnswerBytes = 128 * 1024;

    /// <summary>Longest that an answer may take, from the first byte sent to the last byte read.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider clock;
    private readonly HttpClient client;

    /// <param name="handler">Made by <see cref="CreateHandler"/>; disposed with this.</param>
    public IssuerHttp(HttpMessageHandler handler, TimeProvider clock)
    {
        this.clock = clock;
        client = new HttpClient(handler) { MaxResponseContentBufferSize = MaxAnswerBytes, Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    /// <remarks>Nothing is decompressed, so the bound on the size is one on what is read. A provider that redirects is misconfigured or not itself.</remarks>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>Gets a document.</summary>
    /// <exception cref="SignInRefused">The provider gave none.</exception>
    public async Task<string> GetAsync(Uri address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var (status, text) = await SendAsync(request);
        return status == HttpStatusCode.OK ? text : throw SignInRefused.ProviderUnavailable($"status_{(int)status}");
    }

    /// <summary>Sends a request and reads the whole answer, whatever its status, as the UTF-8 that JSON is, whatever the answer calls it.</summary>
    /// <exception cref="SignInRefused">There was no answer, or it was too large or too slow.</exception>
    public async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpRequestMessage request)
    {
        if (!ExternalAddress.IsHttps(request.RequestUri?.OriginalString, out _))
        {
            throw SignInRefused.ProviderUnavailable("not_https");
        }

        // Not the caller's own cancellation: what is fetched here is for everybody, and nobody's leaving may spoil it.
        using var deadline = new CancellationTokenSource(Timeout, clock);
        try
        {
            using var response = await client.SendAsync(request, deadline.Token);
            return (response.StatusCode, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(deadline.Token)));
        }
        catch (OperationCanceledException)
        {
            throw SignInRefused.ProviderUnavailable("too_slow");
        }
        catch (HttpRequestException error)
        {
            throw SignInRefused.ProviderUnavailable(error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded ? "too_large" : "no_answer");
        }
    }

    public void Dispose() => client.Dispose();
}

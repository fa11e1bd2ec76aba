using System.Net;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.OAuth.Clients;

/// <summary>Finds clients by their id: those that registered, and those whose id is the address of a document that describes them.</summary>
/// <remarks>
/// Client ID Metadata Documents, draft-ietf-oauth-client-id-metadata-document. The server fetches an address that a stranger chose, so: only for people
/// who are signed in, only https on its own port, only public addresses (<see cref="PublicNetwork"/>), no redirect, and bounds on size and time.
/// </remarks>
internal sealed class ClientDirectory : IDisposable
{
    /// <summary>Largest document, in bytes.</summary>
    public const int MaxDocumentBytes = 5 * 1024;

    /// <summary>Longest that fetching one may take, from the look-up of the name to the last byte.</summary>
    public static readonly TimeSpan MaxFetch = TimeSpan.FromSeconds(5);

    /// <summary>How long a document is kept that says nothing about it.</summary>
    public static readonly TimeSpan DefaultFreshness = TimeSpan.FromMinutes(5);

    /// <summary>How long one is kept at most, whatever it says.</summary>
    public static readonly TimeSpan MaxFreshness = TimeSpan.FromHours(24);

    private readonly ClientStore clients;
    private readonly TimeProvider clock;
    private readonly HttpClient http;

    public ClientDirectory(ClientStore clients, PublicNetwork network, TimeProvider clock)
    {
        this.clients = clients;
        this.clock = clock;
        http = new HttpClient(network.CreateHandler()) { MaxResponseContentBufferSize = MaxDocumentBytes, Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    /// <exception cref="ProblemException">The client is unknown, or its document cannot be had or is wrong.</exception>
    public async Task<OAuthClient> FindAsync(string id, CancellationToken cancel)
    {
        if (id.Length > OAuthClient.MaxIdLength)
        {
            throw Unknown();
        }

        var known = clients.Find(id);
        if (!id.StartsWith("https://", StringComparison.Ordinal))
        {
            return known ?? throw Unknown();
        }

        return known?.FreshUntil > clock.GetUtcNow() ? known : await FetchAsync(id, cancel);
    }

    public void Dispose() => http.Dispose();

    private static ProblemException Unknown() =>
        new(ProblemCodes.NotFound, "The program that sent you here is not known to this server, or no longer. Connect it again from the start.");

    /// <summary>An address that may be a client's id: https, a host with a name, a path, and one spelling only.</summary>
    internal static bool IsDocumentAddress(string id) =>
        Uri.TryCreate(id, UriKind.Absolute, out var uri)
        && uri is { Scheme: "https", IsDefaultPort: true, HostNameType: UriHostNameType.Dns, AbsolutePath.Length: > 1, UserInfo.Length: 0, Fragment.Length: 0 }
        && uri.Host.Contains('.', StringComparison.Ordinal)
        && !uri.Host.EndsWith('.')
        && uri.AbsoluteUri == id;

    private async Task<OAuthClient> FetchAsync(string id, CancellationToken cancel)
    {
        if (!IsDocumentAddress(id))
        {
            throw Refused("its address is not https with a host name and a path");
        }

        using var deadline = new CancellationTokenSource(MaxFetch, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, id);
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await http.SendAsync(request, either.Token);
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType is not { } type || !IsJson(type))
            {
                throw Refused("its host does not answer with a JSON document");
            }

            var client = Read(id, await response.Content.ReadAsByteArrayAsync(either.Token), clock.GetUtcNow() + FreshnessOf(response));
            clients.Keep(client);
            return client;
        }
        catch (OAuthException wrong)
        {
            throw Refused("it is wrong: " + wrong.Message);
        }
        catch (HttpRequestException)
        {
            throw Refused("its host does not answer, or not as it should");
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw Refused("its host is too slow");
        }
    }

    private OAuthClient Read(string id, byte[] json, DateTimeOffset freshUntil)
    {
        var metadata = ClientMetadata.Parse(json);
        if (metadata.ClientId != id)
        {
            throw Refused("it is about another client");
        }

        // A client that has a key or a secret expects to be asked for it; to take it without would be less than it counts on.
        return metadata.AuthMethod is not (null or "none") ? throw Refused("it asks for a way to authenticate that this server does not offer")
            : metadata.Name is null ? throw Refused("it has no client_name")
            : new OAuthClient(id, metadata.Name, metadata.RedirectUris, IsDocument: true, freshUntil, clock.GetUtcNow());
    }

    private static bool IsJson(string type) =>
        type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || (type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    /// <summary>As the answer says (RFC 9111, section 4.2), within bounds.</summary>
    private static TimeSpan FreshnessOf(HttpResponseMessage response)
    {
        var control = response.Headers.CacheControl;
        if (control is { NoStore: true } or { NoCache: true })
        {
            return TimeSpan.Zero;
        }

        var fresh = (control?.MaxAge ?? DefaultFreshness) - (response.Headers.Age ?? TimeSpan.Zero);
        return fresh < TimeSpan.Zero ? TimeSpan.Zero : fresh < MaxFreshness ? fresh : MaxFreshness;
    }

    private static ProblemException Refused(string why) =>
        new(ProblemCodes.BadRequest, $"The document that describes the program which sent you here cannot be used: {why}.");
}

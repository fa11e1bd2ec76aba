using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace WorkspaceServer.Features.OAuth.Clients;

/// <summary>The way to hosts of strangers' choosing: only to addresses of the public internet, and to the very address that was looked at.</summary>
/// <remarks>
/// A name is resolved once, all of its addresses must be public, and the connection goes to one of those: a name that answers
/// differently a moment later (DNS rebinding) changes nothing. TLS still checks the certificate against the name.
/// </remarks>
/// <param name="Resolve">Gives the addresses of a host.</param>
/// <param name="Connect">Opens a connection to an address that was found public.</param>
/// <param name="Trust">Null for the certificates that the machine trusts.</param>
internal sealed record PublicNetwork(
    Func<string, CancellationToken, Task<IPAddress[]>> Resolve,
    Func<IPEndPoint, CancellationToken, ValueTask<Stream>> Connect,
    RemoteCertificateValidationCallback? Trust = null)
{
    // IANA's special-purpose registries of IPv4 (RFC 6890 and its successors), and multicast.
    private static readonly IPNetwork[] NotPublic =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/3"),
        // Of IPv6 only global unicast is public at all; these parts of it are tunnels to IPv4, protocols or examples.
        IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("3fff::/20"),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    public static PublicNetwork Real { get; } = new(Dns.GetHostAddressesAsync, ConnectAsync);

    public static bool IsPublic(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address)) && !NotPublic.Any(network => network.Contains(address));
    }

    /// <summary>Follows no redirect, takes no proxy, keeps no cookie and unpacks nothing.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = async (context, cancel) =>
        {
            var addresses = await Resolve(context.DnsEndPoint.Host, cancel);
            return addresses.Length > 0 && addresses.All(IsPublic)
                ? await Connect(new IPEndPoint(addresses[0], context.DnsEndPoint.Port), cancel)
                : throw new HttpRequestException("The host has an address that is not on the public internet.");
        },
        SslOptions = { RemoteCertificateValidationCallback = Trust },
    };

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint end, CancellationToken cancel)
    {
        var socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(end, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

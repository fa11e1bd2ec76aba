using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Features.Agents;

/// <summary>From where each agent's token of the moment is used: one that comes from two addresses may have been copied.</summary>
/// <remarks>
/// A PC with two protocols has an address of each, and changes the last half of the one of IPv6 as it likes; neither is told. One that moves to another network is, once for each token.
/// </remarks>
internal sealed class AgentPlaces
{
    private readonly ConcurrentDictionary<string, Place> places = new(StringComparer.Ordinal);

    /// <param name="agent">An agent's id, after its token was found good: there are no more entries than agents.</param>
    /// <returns>True once for each token: when it first comes from another address than before.</returns>
    public bool IsElsewhere(string agent, string token, IPAddress address)
    {
        var isElsewhere = false;
        var (key, network, isOld) = (Hash(token), Network(address), address.AddressFamily == AddressFamily.InterNetwork);
        places.AddOrUpdate(
            agent,
            _ => New(),
            (_, place) =>
            {
                // The last call of this function is the one that counts.
                isElsewhere = false;
                if (place.Token != key)
                {
                    return New();
                }

                var known = isOld ? place.V4 : place.V6;
                isElsewhere = known is not null && known != network && !place.IsTold;
                return (isOld ? place with { V4 = known ?? network } : place with { V6 = known ?? network }) with { IsTold = place.IsTold || isElsewhere };
            });
        return isElsewhere;

        Place New() => new(key, isOld ? network : null, isOld ? null : network, IsTold: false);
    }

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static string Network(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return Convert.ToHexString(bytes.AsSpan(0, bytes.Length == 16 ? 8 : 4));
    }

    private sealed record Place(string Token, string? V4, string? V6, bool IsTold);
}

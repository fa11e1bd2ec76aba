using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Hosting.Limits;

/// <summary>What a counter is found by: 16 bytes, whatever they stand for.</summary>
internal static class RateKeys
{
    private const int AddressBytes = 16;

    /// <summary>The network part of an IPv6 address, which is what one subscriber has at least (RFC 6177, section 2).</summary>
    private const int NetworkBytes = 8;

    /// <summary>An IPv4 address whole, however it is written; of an IPv6 address the first 64 bits.</summary>
    public static UInt128 Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        bytes.Clear();
        if (address is { IsIPv4MappedToIPv6: false, AddressFamily: AddressFamily.InterNetworkV6 })
        {
            address.TryWriteBytes(bytes, out _);
            bytes[NetworkBytes..].Clear();
        }
        else
        {
            // ::ffff:0:0/96 (RFC 4291, section 2.5.5.2), which no network above is.
            address?.MapToIPv6().TryWriteBytes(bytes, out _);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Of a text, such as the id of a token or person, or an e-mail address: half of its SHA-256.</summary>
    public static UInt128 Of(string text)
    {
        Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), sha256);
        return BinaryPrimitives.ReadUInt128BigEndian(sha256);
    }
}

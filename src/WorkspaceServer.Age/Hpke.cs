using System.Buffers.Binary;
using System.Security.Cryptography;

namespace WorkspaceServer.Age;

/// <summary>The key schedule of HPKE in base mode (RFC 9180, section 5.1) with MLKEM768-X25519, HKDF-SHA256 and ChaCha20-Poly1305.</summary>
internal static class Hpke
{
    // "HPKE", then the identifiers of KEM 0x647a, KDF 0x0001 and AEAD 0x0003 (c2sp.org/hpke-hybrids; RFC 9180, section 7).
    private static readonly byte[] SuiteId = [.. "HPKE"u8, 0x64, 0x7a, 0x00, 0x01, 0x00, 0x03];

    /// <summary>From the shared secret of the KEM to the key and the nonce of the first, and here only, message.</summary>
    public static void Schedule(ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> info, Span<byte> key, Span<byte> nonce)
    {
        const byte baseMode = 0;
        byte[] context = [baseMode, .. Extract(default, "psk_id_hash"u8, default), .. Extract(default, "info_hash"u8, info)];
        var secret = Extract(sharedSecret, "secret"u8, default);
        try
        {
            Expand(secret, "key"u8, context, key);
            Expand(secret, "base_nonce"u8, context, nonce);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>LabeledExtract of section 4.</summary>
    private static byte[] Extract(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> input)
    {
        byte[] labeled = [.. "HPKE-v1"u8, .. SuiteId, .. label, .. input];
        var key = new byte[SHA256.HashSizeInBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt, key);
        return key;
    }

    /// <summary>LabeledExpand of section 4.</summary>
    private static void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)output.Length);
        byte[] labeled = [.. length, .. "HPKE-v1"u8, .. SuiteId, .. label, .. info];
        HKDF.Expand(HashAlgorithmName.SHA256, key, output, labeled);
    }
}

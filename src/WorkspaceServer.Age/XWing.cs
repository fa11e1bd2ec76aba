using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace WorkspaceServer.Age;

/// <summary>MLKEM768-X25519, also called X-Wing, of libsodium, which comes with NSec (c2sp.org/hpke-hybrids).</summary>
/// <remarks>NSec has no KEM of its own yet, and .NET's needs an OpenSSL newer than Debian 12 has.</remarks>
internal static unsafe partial class XWing
{
    public const int SeedBytes = 32;
    public const int PublicKeyBytes = 1216;
    public const int CiphertextBytes = 1120;
    public const int SharedSecretBytes = 32;

    private const string Library = "libsodium";

    // libsodium's answer to a public key that is none.
    private const int Failed = -1;

    /// <summary>The public key of a seed.</summary>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> seed)
    {
        var publicKey = new byte[PublicKeyBytes];
        Span<byte> secretKey = stackalloc byte[SeedBytes];
        try
        {
            MakeKeys(seed, publicKey, secretKey);
            return publicKey;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secretKey);
        }
    }

    /// <exception cref="AgeException"><see cref="AgeError.Key"/>: the bytes are no public key.</exception>
    public static void Encapsulate(ReadOnlySpan<byte> publicKey, Span<byte> ciphertext, Span<byte> sharedSecret)
    {
        fixed (byte* key = publicKey, sent = ciphertext, shared = sharedSecret)
        {
            if (crypto_kem_xwing_enc(sent, shared, key) == Failed)
            {
                throw new AgeException(AgeError.Key, "This age recipient is no MLKEM768-X25519 key. Copy it again, whole.");
            }
        }
    }

    /// <summary>A ciphertext that was made for another key gives another secret, not a failure.</summary>
    public static void Decapsulate(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        Span<byte> publicKey = stackalloc byte[PublicKeyBytes];
        Span<byte> secretKey = stackalloc byte[SeedBytes];
        try
        {
            MakeKeys(seed, publicKey, secretKey);
            fixed (byte* key = secretKey, sent = ciphertext, shared = sharedSecret)
            {
                if (crypto_kem_xwing_dec(shared, sent, key) == Failed)
                {
                    throw new AgeException(AgeError.Header, "A recipient in the age header is a point of small order.");
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secretKey);
        }
    }

    private static void MakeKeys(ReadOnlySpan<byte> seed, Span<byte> publicKey, Span<byte> secretKey)
    {
        fixed (byte* from = seed, key = publicKey, secret = secretKey)
        {
            _ = crypto_kem_xwing_seed_keypair(key, secret, from);
        }
    }

    [LibraryImport(Library)]
    private static partial int crypto_kem_xwing_seed_keypair(byte* publicKey, byte* secretKey, byte* seed);

    [LibraryImport(Library)]
    private static partial int crypto_kem_xwing_enc(byte* ciphertext, byte* sharedSecret, byte* publicKey);

    [LibraryImport(Library)]
    private static partial int crypto_kem_xwing_dec(byte* sharedSecret, byte* ciphertext, byte* secretKey);
}

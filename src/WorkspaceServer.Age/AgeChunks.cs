using System.Buffers.Binary;
using System.Security.Cryptography;

namespace WorkspaceServer.Age;

/// <summary>The payload's cipher, chunk by chunk: STREAM over ChaCha20-Poly1305 (c2sp.org/age, "Payload").</summary>
internal sealed class AgeChunks : IDisposable
{
    /// <summary>Length of a chunk of plaintext, in bytes. Only the last one may be shorter.</summary>
    public const int PlainBytes = 64 * 1024;

    /// <summary>Length of a whole chunk of ciphertext, in bytes.</summary>
    public const int SealedBytes = PlainBytes + TagBytes;

    /// <summary>Length of the random bytes that a payload begins with.</summary>
    public const int SaltBytes = 16;

    private const int TagBytes = FileKeyWrap.TagBytes;
    private readonly ChaCha20Poly1305 cipher;
    private readonly byte[] nonce = new byte[FileKeyWrap.NonceBytes];
    private ulong number;

    public AgeChunks(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[FileKeyWrap.KeyBytes];
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, key, salt, "payload"u8);
            cipher = new ChaCha20Poly1305(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Whether the next chunk is the first one, which alone may be empty.</summary>
    public bool IsFirst => number == 0;

    /// <returns>Bytes written.</returns>
    public int Seal(ReadOnlySpan<byte> plain, Span<byte> destination, bool isLast)
    {
        SetNonce(isLast);
        cipher.Encrypt(nonce, plain, destination[..plain.Length], destination.Slice(plain.Length, TagBytes));
        number++;
        return plain.Length + TagBytes;
    }

    /// <returns>False if the chunk is not this one, under this key, in this place.</returns>
    public bool TryOpen(ReadOnlySpan<byte> chunk, Span<byte> destination, bool isLast, out int length)
    {
        length = chunk.Length - TagBytes;
        if (length < 0)
        {
            return false;
        }

        SetNonce(isLast);
        try
        {
            cipher.Decrypt(nonce, chunk[..length], chunk[length..], destination[..length]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        number++;
        return true;
    }

    public void Dispose() => cipher.Dispose();

    // 11 bytes of chunk number, of which 8 are plenty, then whether it is the last.
    private void SetNonce(bool isLast)
    {
        BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(3), number);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
    }
}

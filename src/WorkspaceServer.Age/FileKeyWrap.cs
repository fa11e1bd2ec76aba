using System.Security.Cryptography;

namespace WorkspaceServer.Age;

/// <summary>ChaCha20-Poly1305 (RFC 8439) over a file key under a key that is used once.</summary>
internal static class FileKeyWrap
{
    public const int KeyBytes = 32;
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> fileKey)
    {
        var body = new byte[fileKey.Length + TagBytes];
        using var cipher = new ChaCha20Poly1305(key);
        cipher.Encrypt(nonce, fileKey, body.AsSpan(0, fileKey.Length), body.AsSpan(fileKey.Length));
        return body;
    }

    /// <returns>False if this key did not seal the body.</returns>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body, Span<byte> fileKey)
    {
        using var cipher = new ChaCha20Poly1305(key);
        try
        {
            cipher.Decrypt(nonce, body[..^TagBytes], body[^TagBytes..], fileKey);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}

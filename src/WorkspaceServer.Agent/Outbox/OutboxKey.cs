using System.Buffers.Text;
using System.Security.Cryptography;

namespace WorkspaceServer.Agent.Outbox;

/// <summary>Encrypts and hashes what the outbox holds, so that its file says nothing to who has it without the agent's secrets.</summary>
/// <remarks>AES-256-GCM with random nonces (at most 2^32 values under one key, NIST SP 800-38D, section 8.3), and HMAC-SHA-256 cut to 128 bits.</remarks>
internal sealed class OutboxKey : IDisposable
{
    public const int HashBytes = 16;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly AesGcm cipher;
    private readonly byte[] hashKey;

    /// <param name="text">32 bytes, base64url.</param>
    public OutboxKey(string text)
    {
        var key = Base64Url.DecodeFromChars(text);
        try
        {
            hashKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: "workspace-agent/outbox/hash/1"u8.ToArray());
            var cipherKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: "workspace-agent/outbox/cipher/1"u8.ToArray());
            cipher = new AesGcm(cipherKey, TagBytes);
            CryptographicOperations.ZeroMemory(cipherKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public byte[] Encrypt(ReadOnlySpan<byte> plain)
    {
        var result = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = result.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        cipher.Encrypt(nonce, plain, result.AsSpan(NonceBytes, plain.Length), result.AsSpan(NonceBytes + plain.Length));
        return result;
    }

    /// <exception cref="AgentException">The value was changed, or encrypted with another key.</exception>
    public byte[] Decrypt(byte[] value)
    {
        try
        {
            var plain = new byte[value.Length - NonceBytes - TagBytes];
            cipher.Decrypt(value.AsSpan(0, NonceBytes), value.AsSpan(NonceBytes, plain.Length), value.AsSpan(NonceBytes + plain.Length), plain);
            return plain;
        }
        catch (Exception error) when (error is CryptographicException or OverflowException)
        {
            throw new AgentException(AgentProblem.BadConfiguration, "The outbox belongs to other secrets, or is damaged. Remove outbox.db: the next sync sends every table once more.", error);
        }
    }

    public void Hash(ReadOnlySpan<byte> of, Span<byte> hash)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(hashKey, of, whole);
        whole[..HashBytes].CopyTo(hash);
    }

    public void Dispose()
    {
        cipher.Dispose();
        CryptographicOperations.ZeroMemory(hashKey);
    }
}

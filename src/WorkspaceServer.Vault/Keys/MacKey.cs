namespace WorkspaceServer.Vault.Keys;

/// <summary>HMAC-SHA-256 (RFC 2104, FIPS 198-1) under a key derived from the master key for one purpose, which is part of the derivation: never rename one.</summary>
public sealed class MacKey(MasterKey master, string purpose) : IDisposable
{
    private readonly SecretBytes key = KeyDerivation.ForMac(master, purpose);

    public byte[] Compute(ReadOnlySpan<byte> message) => System.Security.Cryptography.HMACSHA256.HashData(key.Span, message);

    public void Dispose() => key.Dispose();
}

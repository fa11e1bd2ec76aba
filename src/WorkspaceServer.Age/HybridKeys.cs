using System.Security.Cryptography;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Age;

/// <summary>The MLKEM768-X25519 recipient type, safe from quantum computers: c2sp.org/age, "mlkem768x25519".</summary>
internal sealed class HybridRecipient(byte[] publicKey) : AgeRecipient
{
    public const string Prefix = "age1pq";
    public const string Kind = "mlkem768x25519";

    public override bool IsPostQuantum => true;

    public override string ToString() => new(Bech32.Encode(Prefix, publicKey));

    internal override AgeStanza Wrap(ReadOnlySpan<byte> fileKey)
    {
        var encapsulated = new byte[XWing.CiphertextBytes];
        Span<byte> shared = stackalloc byte[XWing.SharedSecretBytes];
        Span<byte> key = stackalloc byte[FileKeyWrap.KeyBytes];
        Span<byte> nonce = stackalloc byte[FileKeyWrap.NonceBytes];
        try
        {
            XWing.Encapsulate(publicKey, encapsulated, shared);
            Hpke.Schedule(shared, Info, key, nonce);
            return new AgeStanza([Kind, AgeText.Encode(encapsulated)], FileKeyWrap.Seal(key, nonce, fileKey));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public static ReadOnlySpan<byte> Info => "age-encryption.org/mlkem768x25519"u8;
}

/// <summary>The identity of a <see cref="HybridRecipient"/>.</summary>
internal sealed class HybridIdentity : AgeIdentity
{
    public const string TextPrefix = "AGE-SECRET-KEY-PQ-";

    private readonly HybridRecipient recipient;

    public HybridIdentity(SecretBytes secret)
        : base(secret) => recipient = new HybridRecipient(XWing.PublicKeyOf(secret.Span));

    public override AgeRecipient Recipient => recipient;

    private protected override string Prefix => TextPrefix;

    internal override bool TryUnwrap(AgeStanza stanza, Span<byte> fileKey)
    {
        if (stanza.Kind != HybridRecipient.Kind)
        {
            return false;
        }

        var encapsulated = ShareOf(stanza, XWing.CiphertextBytes);
        Span<byte> shared = stackalloc byte[XWing.SharedSecretBytes];
        Span<byte> key = stackalloc byte[FileKeyWrap.KeyBytes];
        Span<byte> nonce = stackalloc byte[FileKeyWrap.NonceBytes];
        try
        {
            XWing.Decapsulate(Secret.Span, encapsulated, shared);
            Hpke.Schedule(shared, HybridRecipient.Info, key, nonce);
            return FileKeyWrap.TryOpen(key, nonce, stanza.Body, fileKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
            CryptographicOperations.ZeroMemory(key);
        }
    }
}

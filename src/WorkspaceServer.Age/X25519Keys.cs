using System.Security.Cryptography;
using NSec.Cryptography;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Age;

/// <summary>The X25519 recipient type: c2sp.org/age, "The X25519 recipient type".</summary>
internal sealed class X25519Recipient(byte[] publicKey) : AgeRecipient
{
    public const string Prefix = "age";
    public const string Kind = "X25519";
    public const int PublicKeyBytes = 32;

    public override bool IsPostQuantum => false;

    public ReadOnlySpan<byte> PublicKey => publicKey;

    public override string ToString() => new(Bech32.Encode(Prefix, publicKey));

    internal override AgeStanza Wrap(ReadOnlySpan<byte> fileKey)
    {
        using var ephemeral = Key.Create(KeyAgreementAlgorithm.X25519);
        var share = ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        Span<byte> key = stackalloc byte[FileKeyWrap.KeyBytes];
        try
        {
            if (!TryAgree(ephemeral, publicKey, share, publicKey, key))
            {
                throw new AgeException(AgeError.Key, "This age recipient is a point of small order, which no real key is.");
            }

            return new AgeStanza([Kind, AgeText.Encode(share)], FileKeyWrap.Seal(key, stackalloc byte[FileKeyWrap.NonceBytes], fileKey));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Derives the key that wraps the file key.</summary>
    /// <returns>False if the other side's point is of small order, so that everybody would know the result.</returns>
    public static bool TryAgree(Key own, ReadOnlySpan<byte> other, ReadOnlySpan<byte> share, ReadOnlySpan<byte> recipient, Span<byte> key)
    {
        Span<byte> salt = stackalloc byte[2 * PublicKeyBytes];
        share.CopyTo(salt);
        recipient.CopyTo(salt[PublicKeyBytes..]);
        if (!NSec.Cryptography.PublicKey.TryImport(KeyAgreementAlgorithm.X25519, other, KeyBlobFormat.RawPublicKey, out var point))
        {
            return false;
        }

        using var shared = KeyAgreementAlgorithm.X25519.Agree(own, point!);
        if (shared is null)
        {
            return false;
        }

        KeyDerivationAlgorithm.HkdfSha256.DeriveBytes(shared, salt, "age-encryption.org/v1/X25519"u8, key);
        return true;
    }
}

/// <summary>The identity of an <see cref="X25519Recipient"/>.</summary>
internal sealed class X25519Identity : AgeIdentity
{
    public const string TextPrefix = "AGE-SECRET-KEY-";

    private readonly X25519Recipient recipient;

    public X25519Identity(SecretBytes secret)
        : base(secret)
    {
        using var key = ImportKey();
        recipient = new X25519Recipient(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    public override AgeRecipient Recipient => recipient;

    private protected override string Prefix => TextPrefix;

    internal override bool TryUnwrap(AgeStanza stanza, Span<byte> fileKey)
    {
        if (stanza.Kind != X25519Recipient.Kind)
        {
            return false;
        }

        var share = ShareOf(stanza, X25519Recipient.PublicKeyBytes);
        Span<byte> wrapping = stackalloc byte[FileKeyWrap.KeyBytes];
        using var key = ImportKey();
        try
        {
            return X25519Recipient.TryAgree(key, share, share, recipient.PublicKey, wrapping)
                ? FileKeyWrap.TryOpen(wrapping, stackalloc byte[FileKeyWrap.NonceBytes], stanza.Body, fileKey)
                : throw new AgeException(AgeError.Header, "A recipient in the age header is a point of small order.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wrapping);
        }
    }

    private Key ImportKey() => Key.Import(KeyAgreementAlgorithm.X25519, Secret.Span, KeyBlobFormat.RawPrivateKey);
}

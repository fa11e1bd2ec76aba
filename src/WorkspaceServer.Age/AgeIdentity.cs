using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Age;

#pragma warning disable CA1063 // Nobody else can derive from it, and nothing but the secret is to be wiped.
/// <summary>The secret half of an age key: it opens what was encrypted to its <see cref="Recipient"/>. Disposing it wipes it.</summary>
public abstract class AgeIdentity : IDisposable
{
    /// <summary>Length of every identity's secret, in bytes.</summary>
    internal const int SecretLength = 32;

    /// <summary>Longest identity file, in bytes.</summary>
    private const int MaxFileBytes = 64 * 1024;

    private protected AgeIdentity(SecretBytes secret) => Secret = secret;

    public abstract AgeRecipient Recipient { get; }

    private protected SecretBytes Secret { get; }

    private protected abstract string Prefix { get; }

    /// <summary>A new identity from the system's random generator.</summary>
    /// <param name="postQuantum">MLKEM768-X25519 rather than X25519; needs age 1.3 or newer to be read by others.</param>
    public static AgeIdentity Create(bool postQuantum = false)
    {
        var secret = new SecretBytes(SecretLength);
        RandomNumberGenerator.Fill(secret.Writable);
        return postQuantum ? new HybridIdentity(secret) : new X25519Identity(secret);
    }

    /// <summary>Reads "AGE-SECRET-KEY-1…" or "AGE-SECRET-KEY-PQ-1…". The caller wipes the text.</summary>
    /// <exception cref="AgeException"><see cref="AgeError.Key"/>.</exception>
    public static AgeIdentity Parse(ReadOnlySpan<char> text)
    {
        var (prefix, bytes) = Bech32.Decode(text);
        try
        {
            if (bytes.Length != SecretLength || prefix is not (X25519Identity.TextPrefix or HybridIdentity.TextPrefix))
            {
                throw new AgeException(AgeError.Key, "This is no age identity: one starts with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1. Copy it again, whole.");
            }

            var secret = new SecretBytes(SecretLength);
            bytes.CopyTo(secret.Writable);
            return prefix == X25519Identity.TextPrefix ? new X25519Identity(secret) : new HybridIdentity(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Reads an identity file as age-keygen writes it: one identity a line; empty lines and lines that start with # are skipped.</summary>
    /// <exception cref="AgeException"><see cref="AgeError.Key"/>: the file cannot be read, or a line of it, which is named.</exception>
    public static IReadOnlyList<AgeIdentity> ReadFile(string path)
    {
        using var file = Open(path);
        if (file.Length > MaxFileBytes)
        {
            throw new AgeException(AgeError.Key, $"{path} is no identity file: it is longer than {MaxFileBytes} bytes.");
        }

        var bytes = GC.AllocateArray<byte>((int)file.Length, pinned: true);
        var text = GC.AllocateArray<char>(bytes.Length, pinned: true);
        try
        {
            file.ReadExactly(bytes);
            return ParseLines(path, text.AsSpan(0, Encoding.Latin1.GetChars(bytes, text)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            text.AsSpan().Clear();
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AgeException(AgeError.Key, $"The identity file {path} cannot be read: {error.Message} Name the file that was kept when the recipient was made.", error);
        }
    }

    /// <summary>The identity as age writes it. The caller wipes the characters.</summary>
    public char[] ToText() => Bech32.Encode(Prefix, Secret.Span);

    public void Dispose()
    {
        Secret.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"(identity of {Recipient})";

    /// <summary>Takes the file key out of a stanza that is for this identity.</summary>
    /// <returns>False if the stanza is for somebody else.</returns>
    /// <exception cref="AgeException"><see cref="AgeError.Header"/>: the stanza is of our kind and malformed.</exception>
    internal abstract bool TryUnwrap(AgeStanza stanza, Span<byte> fileKey);

    /// <summary>The public bytes that a stanza of one of our kinds carries as its second argument.</summary>
    private protected static byte[] ShareOf(AgeStanza stanza, int bytes)
    {
        // The length of the body is fixed before anything is decrypted, so that one file cannot be tried against many keys at once.
        var share = stanza.Arguments.Count == 2 && stanza.Body.Length == AgeHeader.FileKeyBytes + FileKeyWrap.TagBytes ? AgeText.Decode(stanza.Arguments[1]) : [];
        return share.Length == bytes ? share : throw new AgeException(AgeError.Header, $"A recipient of the kind {stanza.Kind} in the age header is malformed.");
    }

    private static List<AgeIdentity> ParseLines(string path, ReadOnlySpan<char> text)
    {
        var identities = new List<AgeIdentity>();
        var number = 0;
        foreach (var range in text.Split('\n'))
        {
            number++;
            var line = text[range].Trim();
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            try
            {
                identities.Add(Parse(line));
            }
            catch (AgeException error)
            {
                identities.ForEach(identity => identity.Dispose());
                throw new AgeException(AgeError.Key, $"Line {number} of {path}: {error.Message}", error);
            }
        }

        return identities.Count > 0 ? identities : throw new AgeException(AgeError.Key, $"{path} holds no age identity.");
    }
}
#pragma warning restore CA1063

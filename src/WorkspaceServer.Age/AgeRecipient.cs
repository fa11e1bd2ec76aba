namespace WorkspaceServer.Age;

/// <summary>Somebody that files are encrypted to: the public half of an age key.</summary>
public abstract class AgeRecipient
{
    private protected AgeRecipient()
    {
    }

    /// <summary>The recipient as age writes it: "age1…" or "age1pq1…".</summary>
    public abstract override string ToString();

    /// <summary>Whether a quantum computer would not be enough to read what was encrypted to it.</summary>
    public abstract bool IsPostQuantum { get; }

    /// <summary>Reads "age1…" (X25519) or "age1pq1…" (MLKEM768-X25519).</summary>
    /// <exception cref="AgeException"><see cref="AgeError.Key"/>.</exception>
    public static AgeRecipient Parse(string text)
    {
        var (prefix, bytes) = Bech32.Decode(text);
        return (prefix, bytes.Length) switch
        {
            (X25519Recipient.Prefix, X25519Recipient.PublicKeyBytes) => new X25519Recipient(bytes),
            (HybridRecipient.Prefix, XWing.PublicKeyBytes) => new HybridRecipient(bytes),
            _ => throw new AgeException(AgeError.Key, "This is no age recipient: one starts with age1 or age1pq1. Copy it again, whole."),
        };
    }

    /// <summary>Wraps the file key so that only this recipient's identity finds it.</summary>
    internal abstract AgeStanza Wrap(ReadOnlySpan<byte> fileKey);
}

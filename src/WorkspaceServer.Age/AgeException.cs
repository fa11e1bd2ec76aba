namespace WorkspaceServer.Age;

/// <summary>What is wrong with an age file, in the words of its specification (c2sp.org/age).</summary>
public enum AgeError
{
    /// <summary>The ASCII armor is not strict PEM (RFC 7468, section 3).</summary>
    Armor,

    /// <summary>The header cannot be read.</summary>
    Header,

    /// <summary>The header is whole and none of its stanzas is for the identities at hand.</summary>
    NoMatch,

    /// <summary>The file key was found and the header was changed by somebody without it.</summary>
    HeaderMac,

    /// <summary>The payload was changed, cut off or has something behind its end.</summary>
    Payload,

    /// <summary>A recipient or identity is not written as age writes it.</summary>
    Key,
}

/// <summary>A failure to read an age file or key. The message never holds key bytes or plaintext.</summary>
public sealed class AgeException(AgeError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public AgeError Error { get; } = error;
}

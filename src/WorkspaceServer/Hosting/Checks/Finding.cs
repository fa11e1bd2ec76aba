using WorkspaceServer.Vault;

namespace WorkspaceServer.Hosting.Checks;

/// <summary>How it stands with one thing that the server needs.</summary>
internal enum CheckState
{
    Ok,

    /// <summary>The server works, but somebody should look.</summary>
    Warn,

    /// <summary>The server does not work, or not as it promises.</summary>
    Fail,

    /// <summary>Not looked at, because something that was found wrong before it is in the way.</summary>
    Skipped,
}

/// <summary>What a check found.</summary>
/// <param name="Text">What is so, and if that is wrong, what it means: the cause. Plain text without secrets.</param>
/// <param name="About">The file or setting that it is about.</param>
/// <param name="Cure">What mends it: a command, or what to change where.</param>
internal sealed record Finding(CheckState State, string Text, string? About = null, string? Cure = null)
{
    /// <summary>Messages of the house end in the command that mends what they say.</summary>
    private const string BeforeCommand = " Run: ";

    /// <summary>The check's name; set by whoever runs it.</summary>
    public string Check { get; init; } = "";

    /// <summary>What it looks at is turned off: nothing failed, and nothing is there either.</summary>
    public bool IsOff { get; init; }

    public static Finding Ok(string text, string? about = null) => new(CheckState.Ok, text, about);

    public static Finding Warn(string text, string? about, string cure) => new(CheckState.Warn, text, about, cure);

    public static Finding Fail(string text, string? about, string cure) => new(CheckState.Fail, text, about, cure);

    /// <summary>A failure's message, taken apart into cause and command.</summary>
    public static Finding Fail(Exception error, string? about = null)
    {
        // Of the vault's messages the last sentence says what to do.
        var (text, at) = (error.Message, error.Message.LastIndexOf(BeforeCommand, StringComparison.Ordinal));
        return at >= 0 ? new Finding(CheckState.Fail, text[..at], about, text[(at + BeforeCommand.Length)..])
            : error is VaultException && text.LastIndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? new Finding(CheckState.Fail, text[..(end + 1)], about, text[(end + 2)..])
            : new Finding(CheckState.Fail, text, about);
    }
}

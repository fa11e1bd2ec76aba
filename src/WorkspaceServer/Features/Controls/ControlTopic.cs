namespace WorkspaceServer.Features.Controls;

/// <summary>What a control is about, in the order in which pages show them.</summary>
internal enum ControlTopic
{
    SignIn,
    Rights,
    Encryption,
    Ai,
    Network,
    Records,
    Backup,
    YourData,
    Upkeep,
}

internal static class ControlTopics
{
    /// <summary>As people read it.</summary>
    public static string Title(this ControlTopic topic) => topic switch
    {
        ControlTopic.SignIn => "Signing in",
        ControlTopic.Rights => "Who may do what",
        ControlTopic.Encryption => "Encryption and keys",
        ControlTopic.Ai => "What an AI can do",
        ControlTopic.Network => "On the way to the server",
        ControlTopic.Records => "What is written down",
        ControlTopic.Backup => "Backups",
        ControlTopic.YourData => "Your own data",
        _ => "Upkeep of the program",
    };
}

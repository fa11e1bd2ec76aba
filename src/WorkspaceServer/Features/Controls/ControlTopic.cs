using static WorkspaceServer.Dashboard.Languages.PageTexts;

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
        ControlTopic.SignIn => T["Signing in"],
        ControlTopic.Rights => T["Who may do what"],
        ControlTopic.Encryption => T["Encryption and keys"],
        ControlTopic.Ai => T["What an AI can do"],
        ControlTopic.Network => T["On the way to the server"],
        ControlTopic.Records => T["What is written down"],
        ControlTopic.Backup => T["Backups"],
        ControlTopic.YourData => T["Your own data"],
        _ => T["Upkeep of the program"],
    };
}

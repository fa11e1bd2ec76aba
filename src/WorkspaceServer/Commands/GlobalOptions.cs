using System.CommandLine;

namespace WorkspaceServer.Commands;

/// <summary>Options that every verb takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document on standard output and nothing else there.",
        Recursive = true,
    };

    public static readonly Option<string?> Home = new("--home")
    {
        Description = "Keep everything under this folder: data in DIR/data, the master key in DIR/keys. For trials.",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<string?> Config = new("--config")
    {
        Description = "Read this settings file instead of /etc/workspace-server/appsettings.json.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<string[]> Set = new("--set")
    {
        Description = "Set one option, as Section:Key=value. May be repeated. Never for secrets: others can see arguments.",
        HelpName = "OPTION",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };

    public static void AddTo(RootCommand root)
    {
        root.Add(Json);
        root.Add(Home);
        root.Add(Config);
        root.Add(Set);
    }

    /// <summary>The workspace that a verb works on.</summary>
    public static Option<string> Workspace() => new("--workspace", "-w")
    {
        Description = "The workspace: its id, or its name if no other has it.",
        HelpName = "WORKSPACE",
        Required = true,
    };
}

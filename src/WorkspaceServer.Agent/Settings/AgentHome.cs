namespace WorkspaceServer.Agent.Settings;

/// <summary>The folder in which the agent keeps everything: settings, secrets, the outbox and its log. Only its owner and the service may enter.</summary>
internal sealed class AgentHome
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public AgentHome(string folder) => Folder = Path.GetFullPath(folder);

    /// <summary>%ProgramData%\WorkspaceAgent; elsewhere /var/lib/workspace-agent for root and the state folder of the user otherwise.</summary>
    public static string DefaultFolder => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "WorkspaceAgent")
        : Environment.IsPrivilegedProcess ? "/var/lib/workspace-agent"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "workspace-agent");

    public string Folder { get; }

    public string Settings => Path.Combine(Folder, "agent.json");

    public string Secrets => Path.Combine(Folder, "secrets");

    public string Outbox => Path.Combine(Folder, "outbox.db");

    public string Log => Path.Combine(Folder, "agent.log");

    public string Status => Path.Combine(Folder, "status.json");

    /// <summary>Held by whoever syncs, so that no two processes do.</summary>
    public string Lock => Path.Combine(Folder, "sync.lock");

    public void Create()
    {
        if (OperatingSystem.IsWindows())
        {
            WindowsFolder.Create(Folder);
        }
        else
        {
            Directory.CreateDirectory(Folder, OwnerOnly);
        }
    }
}

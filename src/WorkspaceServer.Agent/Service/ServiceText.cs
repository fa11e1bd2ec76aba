namespace WorkspaceServer.Agent.Service;

/// <summary>One program to run to install or remove the service.</summary>
internal sealed record ServiceStep(string Program, IReadOnlyList<string> Arguments, bool MayFail = false)
{
    public override string ToString() => string.Join(' ', Arguments.Prepend(Program).Select(part => part.Contains(' ', StringComparison.Ordinal) ? $"\"{part}\"" : part));
}

/// <summary>What is told to Windows' service manager and to systemd.</summary>
internal static class ServiceText
{
    public const string Name = "WorkspaceAgent";
    public const string UnitPath = "/etc/systemd/system/workspace-agent.service";

    /// <summary>An account that exists for this service only (learn.microsoft.com, "virtual accounts"); it has no password and no right but what is given here.</summary>
    private const string Account = $"NT SERVICE\\{Name}";

    public static IReadOnlyList<ServiceStep> WindowsInstall(string program, string home) =>
    [
        new("sc.exe", ["create", Name, "binPath=", $"\"{program}\" --home \"{home}\" sync", "start=", "delayed-auto", "obj=", Account, "DisplayName=", "Workspace Agent"]),
        new("sc.exe", ["description", Name, "Keeps tables of this computer fresh in a workspace."], MayFail: true),
        // After a crash: again after 1 minute, then after 5.
        new("sc.exe", ["failure", Name, "reset=", "86400", "actions=", "restart/60000/restart/300000/restart/300000"]),
        new("icacls.exe", [home, "/grant", $"{Account}:(OI)(CI)M"]),
        new("sc.exe", ["start", Name]),
    ];

    public static IReadOnlyList<ServiceStep> WindowsRemove() => [new("sc.exe", ["stop", Name], MayFail: true), new("sc.exe", ["delete", Name])];

    public static IReadOnlyList<ServiceStep> SystemdInstall() => [new("systemctl", ["daemon-reload"]), new("systemctl", ["enable", "--now", "workspace-agent.service"])];

    public static IReadOnlyList<ServiceStep> SystemdRemove() => [new("systemctl", ["disable", "--now", "workspace-agent.service"], MayFail: true)];

    /// <summary>A path as systemd reads it: % begins a specifier (systemd.unit(5)), a backslash an escape (systemd.syntax(7)). In a command's arguments $ begins a variable as well.</summary>
    private static string Quoted(string path) =>
        $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal)}\"";

    public static string Unit(string program, string home) => $"""
        [Unit]
        Description=Workspace Agent: keeps tables of this computer fresh in a workspace
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=notify
        ExecStart={Quoted(program)} --home {Quoted(home).Replace("$", "$$", StringComparison.Ordinal)} sync
        Restart=on-failure
        RestartSec=60
        RestartPreventExitStatus=78
        UMask=0077
        NoNewPrivileges=yes
        ProtectSystem=strict
        ReadWritePaths={Quoted(home)}
        PrivateTmp=yes
        PrivateDevices=yes
        ProtectKernelTunables=yes
        ProtectKernelModules=yes
        ProtectControlGroups=yes
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
        RestrictSUIDSGID=yes
        LockPersonality=yes
        SystemCallFilter=@system-service

        [Install]
        WantedBy=multi-user.target

        """;
}

namespace WorkspaceServer.Vault.Databases;

/// <summary>Where every file lives. Paths are built from ids that the server made, never from what a caller sent.</summary>
/// <remarks>
/// control.db; audit.anchor; workspaces/ID/workspace.db and statements.log; mail/ID.eml where no mail server is set; backup/FILE.stamps, which
/// page of each file is in the store; making/ID, while a workspace is made; smoke, while a smoke test runs; security/DAY.jsonl, the security log. Folders 0700, files 0600, whatever the umask.
/// </remarks>
public sealed class DataFolder
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string DatabaseName = "workspace.db";

    private DataFolder(string path) => Path = path;

    /// <summary>Absolute.</summary>
    public string Path { get; }

    public string ControlDatabase => System.IO.Path.Combine(Path, "control.db");

    /// <summary>Mails that no mail server takes.</summary>
    public string Mail => System.IO.Path.Combine(Path, "mail");

    /// <summary>What the backup remembers of the store; can be lost without harm.</summary>
    public string Backup => System.IO.Path.Combine(Path, "backup");

    /// <summary>What a smoke test needs while it runs; removed afterwards.</summary>
    public string Smoke => System.IO.Path.Combine(Path, "smoke");

    /// <summary>How far the audit log had come, kept outside of the database that could be put back.</summary>
    public string AuditAnchor => System.IO.Path.Combine(Path, "audit.anchor");

    private string Workspaces => System.IO.Path.Combine(Path, "workspaces");

    /// <summary>Makes the folder, or takes one that exists, with mode 0700.</summary>
    public static DataFolder Create(string path)
    {
        var folder = new DataFolder(System.IO.Path.GetFullPath(path));
        MakePrivate(folder.Path);
        MakePrivate(folder.Workspaces);
        return folder;
    }

    /// <summary>Takes a folder that <see cref="Create"/> made and checks its mode and owner.</summary>
    /// <exception cref="VaultException"><see cref="VaultError.DataFolder"/>, with the command that mends it.</exception>
    public static DataFolder Open(string path)
    {
        var folder = new DataFolder(System.IO.Path.GetFullPath(path));
        foreach (var each in (string[])[folder.Path, folder.Workspaces])
        {
            var status = FileStatus.Read(each);
            if (status is not { IsFolder: true })
            {
                throw Wrong($"The data folder {each} does not exist. Run: workspace-server init");
            }

            if (status.UserId != FileStatus.CurrentUserId)
            {
                throw Wrong($"The data folder {each} belongs to another user. Run: chown -R $(id -u) {each}");
            }

            if ((status.Mode & ~OwnerFolder) != 0)
            {
                throw Wrong($"Others may enter the data folder {each}. Run: chmod 0700 {each}");
            }
        }

        return folder;
    }

    /// <summary>Files and folders that somebody else than the owner may read or enter.</summary>
    public IReadOnlyList<string> FindOpenToOthers() =>
    [
        .. Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories)
            .Where(each => FileStatus.Read(each) is { } status && ((status.Mode & ~OwnerFolder) != 0 || status.IsSymbolicLink)),
    ];

    /// <summary>Names of everything in the folder of workspaces, each one a workspace's id unless somebody else put it there.</summary>
    public IReadOnlyList<string> WorkspaceNames() => [.. Directory.EnumerateFileSystemEntries(Workspaces).Select(each => System.IO.Path.GetFileName(each))];

    public string FolderOf(WorkspaceId workspace) => System.IO.Path.Combine(Workspaces, workspace.ToString());

    public string DatabaseOf(WorkspaceId workspace) => System.IO.Path.Combine(FolderOf(workspace), DatabaseName);

    /// <summary>What the sandbox ran on this workspace's file; see StatementTrail.</summary>
    public string StatementTrailOf(WorkspaceId workspace) => System.IO.Path.Combine(FolderOf(workspace), "statements.log");

    /// <summary>Makes the folder of a new workspace.</summary>
    public void CreateWorkspace(WorkspaceId workspace) => MakePrivate(FolderOf(workspace));

    /// <summary>Makes the folder for mails.</summary>
    public void CreateMail() => MakePrivate(Mail);

    /// <summary>Makes the folder for what the backup remembers.</summary>
    public void CreateBackup() => MakePrivate(Backup);

    /// <summary>Removes a workspace's folder with everything in it. Nothing there is no error.</summary>
    public void DeleteWorkspace(WorkspaceId workspace)
    {
        if (FileStatus.Read(FolderOf(workspace)) is { IsFolder: true })
        {
            Directory.Delete(FolderOf(workspace), recursive: true);
        }
    }

    private static void MakePrivate(string path)
    {
        Directory.CreateDirectory(path, OwnerFolder);
        File.SetUnixFileMode(path, OwnerFolder);
    }

    private static VaultException Wrong(string message) => new(VaultError.DataFolder, message);
}

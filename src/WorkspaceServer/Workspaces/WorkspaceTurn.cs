using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Workspaces;

/// <summary>Held by whoever makes a workspace's files or sweeps them away: one at a time for each workspace, whichever program it is.</summary>
/// <remarks>
/// A lock on a file (flock(2)), which the system takes back when the program ends. It is not the control database's write lock: making a file can take as long as copying
/// a backup does, and meanwhile nobody else could write anything.
/// </remarks>
internal sealed class WorkspaceTurn : IDisposable
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream file;

    private WorkspaceTurn(FileStream file) => this.file = file;

    /// <returns>Null if somebody else is at it.</returns>
    public static WorkspaceTurn? TryTake(DataFolder folder, WorkspaceId workspace)
    {
        var turns = Path.Combine(folder.Path, "making");
        Directory.CreateDirectory(turns, OwnerFolder);
        try
        {
            return new WorkspaceTurn(new FileStream(Path.Combine(turns, workspace.ToString()), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
                Options = FileOptions.DeleteOnClose,
            }));
        }
        catch (IOException error) when (error is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    public void Dispose() => file.Dispose();
}

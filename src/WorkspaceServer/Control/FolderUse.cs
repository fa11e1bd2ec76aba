using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Control;

/// <summary>Who works in the data folder: the server and any number of verbs side by side, or one that replaces the keys of all files, alone.</summary>
/// <remarks>A lock on a file (flock(2)), which the system takes back when the program ends.</remarks>
internal sealed class FolderUse : IDisposable
{
    private readonly FileStream file;

    private FolderUse(FileStream file) => this.file = file;

    /// <exception cref="ProblemException">The keys are being replaced.</exception>
    public static FolderUse Shared(DataFolder folder) =>
        Take(folder, FileShare.ReadWrite, "The keys of this data folder are being replaced at this moment. Try again when that is done.");

    /// <exception cref="ProblemException">Somebody works in the folder.</exception>
    public static FolderUse Alone(DataFolder folder) =>
        Take(folder, FileShare.None, "The server, or another command, works in this data folder. Stop the server, then try again.");

    public void Dispose() => file.Dispose();

    private static FolderUse Take(DataFolder folder, FileShare share, string otherwise)
    {
        try
        {
            return new FolderUse(new FileStream(Path.Combine(folder.Path, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = share,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (IOException error) when (error is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new ProblemException(ProblemCodes.Busy, otherwise, error);
        }
    }
}

using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Backups;

/// <summary>One backup at a time, whichever program makes it: a lock on a file, which the system takes back when the program ends.</summary>
internal sealed class BackupTurn : IDisposable
{
    private readonly FileStream file;

    private BackupTurn(FileStream file) => this.file = file;

    /// <exception cref="ProblemException">Another one is being made.</exception>
    public static BackupTurn Take(DataFolder folder)
    {
        folder.CreateBackup();
        try
        {
            return new BackupTurn(new FileStream(Path.Combine(folder.Backup, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (IOException error)
        {
            throw new ProblemException(ProblemCodes.Busy, "A backup is being made at this moment. Try again when it is done.", error);
        }
    }

    public void Dispose() => file.Dispose();
}

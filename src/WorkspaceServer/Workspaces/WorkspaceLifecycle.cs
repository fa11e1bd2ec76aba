using System.Security.Cryptography;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Workspaces;

/// <summary>Makes and removes workspaces: the row in the control database and the file under its own key.</summary>
/// <remarks>The row comes first and says that the workspace is deleted until its file is there: whenever the process ends, a sweep finds what it left.</remarks>
internal sealed class WorkspaceLifecycle(WorkspaceStore store, DataFolder folder, MasterKey master, TimeProvider clock)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>How long a deleted workspace can be brought back.</summary>
    public static readonly TimeSpan HoldTime = TimeSpan.FromDays(30);

    /// <param name="record">Writes the audit row, in the transaction that makes the workspace.</param>
    /// <exception cref="ProblemException">The name is empty or too long.</exception>
    public Workspace Create(string name, Action<ControlConnection, Workspace> record) => Adopt(
        name,
        (path, key) =>
        {
            using var connection = EncryptedDatabase.Open(path, key, DatabaseAccess.Create);
            CatalogStore.Create(connection);
        },
        record);

    /// <summary>Makes a workspace of a file that comes from elsewhere.</summary>
    /// <param name="makeFile">Puts the file to this path, under this key, which is wiped afterwards.</param>
    /// <param name="record">As for <see cref="Create"/>.</param>
    /// <exception cref="ProblemException">The name is empty or too long.</exception>
    public Workspace Adopt(string name, Action<string, SecretBytes> makeFile, Action<ControlConnection, Workspace> record)
    {
        name = name.Trim();
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"A workspace's name has 1 to {MaxNameLength} characters and no line breaks.");
        }

        var workspace = new Workspace(WorkspaceId.New(clock.GetUtcNow()), name, RandomNumberGenerator.GetBytes(KeyDerivation.SaltBytes), clock.GetUtcNow());

        // Held from before the row is there until it counts, so that no sweep takes the file for one of a workspace that is gone.
        using var turn = WorkspaceTurn.TryTake(folder, workspace.Id) ?? throw new InvalidOperationException($"Somebody holds the new workspace {workspace.Id}.");
        store.Begin(workspace);
        MakeFile(workspace, makeFile);
        store.Finish(workspace.Id, connection => record(connection, workspace));
        return workspace;
    }

    /// <summary>Puts it on hold: to everybody it is unknown at once, but until the time that this gives it can be brought back.</summary>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    /// <exception cref="ProblemException">There is no such workspace.</exception>
    public DateTimeOffset Hold(WorkspaceId id, Action<ControlConnection> record)
    {
        var until = clock.GetUtcNow() + HoldTime;
        return store.Hold(id, clock.GetUtcNow(), until, record) ? until : throw Unknown();
    }

    /// <summary>Brings back what is on hold, with everything that it had.</summary>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    /// <exception cref="ProblemException">It is not on hold, or was for too long.</exception>
    public void BringBack(WorkspaceId id, Action<ControlConnection> record)
    {
        if (!store.BringBack(id, clock.GetUtcNow(), record))
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such workspace on hold. List those with: workspace-server workspace list --deleted");
        }
    }

    /// <summary>Destroys those whose hold is over.</summary>
    /// <param name="record">As for <see cref="Destroy"/>.</param>
    /// <returns>How many.</returns>
    public int DestroyDue(Action<ControlConnection, Workspace, WorkspaceMeasure> record)
    {
        var due = store.ListKept().Where(each => each.HeldUntil <= clock.GetUtcNow()).ToArray();
        foreach (var each in due)
        {
            Destroy(each, (connection, measure) => record(connection, each, measure));
        }

        return due.Length;
    }

    /// <summary>Destroys the key's salt and the name, then the files: what stays is a row with an id, and what is recorded. Call <see cref="Forget"/> afterwards.</summary>
    /// <param name="record">Writes the audit row, in the transaction that destroys the salt.</param>
    /// <exception cref="ProblemException">There is no such workspace.</exception>
    public void Destroy(Workspace workspace, Action<ControlConnection, WorkspaceMeasure> record)
    {
        var measure = WorkspaceMeasure.Of(workspace, folder, master);
        Delete(workspace.Id, connection =>
        {
            WorkspaceStore.ForgetName(connection, workspace.Id);
            record(connection, measure);
        });
    }

    /// <summary>Destroys the key's salt, then the files.</summary>
    /// <param name="record">Writes the audit row, in the transaction that destroys the salt.</param>
    /// <exception cref="ProblemException">There is no such workspace.</exception>
    public void Delete(WorkspaceId id, Action<ControlConnection> record)
    {
        if (!store.Delete(id, clock.GetUtcNow(), record))
        {
            throw Unknown();
        }

        Sweep();
    }

    /// <summary>Removes what the log of the control database still holds of salts and names that were destroyed.</summary>
    /// <returns>False if somebody read from it all the while, such as a backup: it is to be tried again.</returns>
    public bool Forget() => store.Forget();

    /// <summary>What the workspace's file takes on the disk, in bytes.</summary>
    public long BytesOf(WorkspaceId id) => new FileInfo(folder.DatabaseOf(id)) is { Exists: true } file ? file.Length : 0;

    /// <summary>When its file was last written to, or null if it has none.</summary>
    public DateTimeOffset? ChangedAt(WorkspaceId id)
    {
        // The log beside the file is written first.
        var times = new[] { folder.DatabaseOf(id), folder.DatabaseOf(id) + "-wal" }.Where(File.Exists).Select(path => new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero)).ToArray();
        return times.Length == 0 ? null : times.Max();
    }

    /// <summary>Removes the files of workspaces that were deleted, or whose making or deleting was cut short. Files without a row in the control database are left alone.</summary>
    public void Sweep() => Sweep(store, folder);

    /// <inheritdoc cref="Sweep()"/>
    public static void Sweep(WorkspaceStore store, DataFolder folder)
    {
        foreach (var id in store.ListGone().Where(id => Directory.Exists(folder.FolderOf(id))))
        {
            using var turn = WorkspaceTurn.TryTake(folder, id);
            if (turn is not null && store.IsGone(id))
            {
                folder.DeleteWorkspace(id);
            }
        }
    }

    private static ProblemException Unknown() => new(ProblemCodes.NotFound, "There is no such workspace. List them with: workspace-server workspace list");

    private void MakeFile(Workspace workspace, Action<string, SecretBytes> makeFile)
    {
        folder.CreateWorkspace(workspace.Id);
        using var key = KeyDerivation.ForWorkspace(master, workspace.Id, workspace.KeySalt);
        makeFile(folder.DatabaseOf(workspace.Id), key);
    }
}

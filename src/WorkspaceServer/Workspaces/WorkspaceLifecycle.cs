using System.Security.Cryptography;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Workspaces;

/// <summary>Makes and removes workspaces: the row in the control database and the file under its own key.</summary>
internal sealed class WorkspaceLifecycle(WorkspaceStore store, DataFolder folder, MasterKey master, TimeProvider clock)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <param name="record">Writes the audit row, in the transaction that makes the workspace.</param>
    /// <exception cref="ProblemException">The name is empty or too long.</exception>
    public Workspace Create(string name, Action<ControlConnection, Workspace> record)
    {
        name = name.Trim();
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"A workspace's name has 1 to {MaxNameLength} characters and no line breaks.");
        }

        var workspace = new Workspace(WorkspaceId.New(clock.GetUtcNow()), name, RandomNumberGenerator.GetBytes(KeyDerivation.SaltBytes), clock.GetUtcNow());
        folder.CreateWorkspace(workspace.Id);
        try
        {
            using var key = KeyDerivation.ForWorkspace(master, workspace.Id, workspace.KeySalt);
            using var connection = EncryptedDatabase.Open(folder.DatabaseOf(workspace.Id), key, DatabaseAccess.Create);
            CatalogStore.Create(connection);
            store.Add(workspace, connection => record(connection, workspace));
        }
        catch
        {
            folder.DeleteWorkspace(workspace.Id);
            throw;
        }

        return workspace;
    }

    /// <summary>Destroys the key's salt, then the files.</summary>
    /// <param name="record">Writes the audit row, in the transaction that destroys the salt.</param>
    /// <exception cref="ProblemException">There is no such workspace.</exception>
    public void Delete(WorkspaceId id, Action<ControlConnection> record)
    {
        if (!store.Delete(id, clock.GetUtcNow(), record))
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such workspace. List them with: workspace-server workspace list");
        }

        folder.DeleteWorkspace(id);
    }
}

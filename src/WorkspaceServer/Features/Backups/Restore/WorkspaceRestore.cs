using System.Security.Cryptography;
using WorkspaceServer.Age;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Backups.Restore;

/// <summary>Brings one workspace back beside what is there, as a new workspace under a key of its own, so that the two can be compared.</summary>
internal sealed class WorkspaceRestore(IObjectStore store, MasterKey master, BackupSigner signer, WorkspaceLifecycle lifecycle, DataFolder folder, AuditLog audit)
{
    public static readonly Recording Recording = Recording.As(AuditActions.RestoreFinished);

    /// <param name="named">Id or name that the workspace had then.</param>
    /// <param name="newName">Null: the old one, with the day it is of.</param>
    /// <exception cref="ProblemException">As <see cref="FullRestore"/>; or there was no such workspace then.</exception>
    public async Task<(Workspace Workspace, RestoreResult Result)> RunAsync(
        string named, string? newName, DateTimeOffset? at, string? id, IReadOnlyCollection<AgeIdentity> identities, CancellationToken cancel)
    {
        var files = new FileRestorer(store, identities);
        var chain = await GenerationChain.FindAsync(new GenerationShelf(store, signer), at, id, cancel);
        folder.CreateBackup();
        var scratch = DataFolder.Create(Path.Combine(folder.Backup, $"restore-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}"));
        try
        {
            var old = await FindAsync(files, chain, scratch, named, cancel);
            var entries = chain.Files.GetValueOrDefault(old.Id.ToString()) ?? throw Damage.Of(chain.Last.ObjectName, $"has no file for workspace {old.Name}");
            var path = Path.Combine(scratch.Path, "workspace.db");
            using var key = KeyDerivation.ForWorkspace(master, old.Id, old.KeySalt);
            await files.RestoreAsync(entries, path, cancel);
            var totals = await files.ProveAsync(entries[0], entries.Count > 1, path, key, cancel);
            var last = chain.Last.Generation;
            var rows = totals.Tables.Sum(table => table.Rows);
            var made = lifecycle.Adopt(
                newName ?? $"{old.Name} ({last.Finished.UtcDateTime:yyyy-MM-dd})",
                (destination, newKey) => Move(path, key, destination, newKey),
                (connection, workspace) => audit.Append(connection, new AuditEntry(AuditActions.RestoreFinished)
                {
                    Target = ("workspace", workspace.Id.ToString()),
                    Workspace = workspace.Id,
                    Details = [("from", old.Id.ToString()), ("backup", chain.Base.Generation.Id), ("packs", last.Sequence), ("as_of_ms", last.FinishedAt), ("rows", rows)],
                }));
            return (made, new RestoreResult(chain.Base.Generation.Id, last.Sequence, last.Finished, 1, entries.Sum(entry => entry.Object.Bytes), rows));
        }
        finally
        {
            Directory.Delete(scratch.Path, recursive: true);
        }
    }

    /// <summary>Looks into the control database of that time: only it knows the salt of the workspace's key.</summary>
    private async Task<Workspace> FindAsync(FileRestorer files, GenerationChain chain, DataFolder scratch, string named, CancellationToken cancel)
    {
        var entries = chain.Files.GetValueOrDefault(BackedUpFile.Control) ?? throw Damage.Of(chain.Last.ObjectName, "has no control database");
        await files.RestoreAsync(entries, scratch.ControlDatabase, cancel);
        using var control = ControlDatabase.Open(scratch, master);
        var found = new WorkspaceStore(control).ListKept().Where(each => each.Id.ToString() == named || each.Name.Equals(named, StringComparison.OrdinalIgnoreCase)).ToArray();
        return found.Length switch
        {
            1 => found[0],
            0 => throw new ProblemException(ProblemCodes.NotFound, $"There was no workspace '{named}' in this backup."),
            _ => throw new ProblemException(ProblemCodes.InvalidArgument, $"{found.Length} workspaces were named '{named}'. Use the id of one of them."),
        };
    }

    private static void Move(string path, SecretBytes key, string destination, SecretBytes newKey)
    {
        using (var connection = EncryptedDatabase.Open(path, key, DatabaseAccess.ReadWrite))
        {
            EncryptedDatabase.Rekey(connection, newKey);
        }

        File.Move(path, destination);
    }
}

using System.Globalization;
using System.Security.Cryptography;
using WorkspaceServer.Age;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Features.Columns;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
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
        var chain = await GenerationChain.FindAsync(new GenerationShelf(store, signer), at, id, cancel);
        return await RunAsync(named, newName, chain, identities, (_, _) => [], cancel);
    }

    /// <summary>Brings back exactly one moment.</summary>
    /// <param name="adopted">Called in the transaction in which the copy appears; gives more to be recorded. If it throws, there is no copy.</param>
    public async Task<(Workspace Workspace, RestoreResult Result)> RunAsync(
        WorkspaceId workspace, string newName, MomentKey moment, IReadOnlyCollection<AgeIdentity> identities, Func<ControlConnection, Workspace, IReadOnlyList<(string Name, object? Value)>> adopted, CancellationToken cancel)
    {
        var chain = await GenerationChain.FindMomentAsync(new GenerationShelf(store, signer), moment, cancel);
        return await RunAsync(workspace.ToString(), newName, chain, identities, adopted, cancel);
    }

    private async Task<(Workspace Workspace, RestoreResult Result)> RunAsync(
        string named, string? newName, GenerationChain chain, IReadOnlyCollection<AgeIdentity> identities, Func<ControlConnection, Workspace, IReadOnlyList<(string Name, object? Value)>> adopted, CancellationToken cancel)
    {
        var files = new FileRestorer(store, identities);
        folder.CreateBackup();
        var scratch = DataFolder.Create(Path.Combine(folder.Backup, $"restore-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}"));
        try
        {
            var (old, rules) = await FindAsync(files, chain, scratch, named, cancel);
            var entries = chain.Files.GetValueOrDefault(old.Id.ToString()) ?? throw Damage.Of(chain.Last.ObjectName, $"has no file for workspace {old.Name}");
            var path = Path.Combine(scratch.Path, "workspace.db");
            using var key = KeyDerivation.ForWorkspace(master, old.Id, old.KeySalt);
            await files.RestoreAsync(entries, path, cancel);
            var totals = await files.ProveAsync(entries[0], entries.Count > 1, path, key, cancel);
            var last = chain.Last.Generation;
            var rows = totals.Tables.Sum(table => table.Rows);
            var made = Adopt(newName ?? NameOf(old.Name, last.Finished), (destination, newKey) => Move(path, key, destination, newKey), (connection, workspace) =>
            {
                ColumnRuleStore.Copy(connection, old.Id, workspace.Id, rules);
                var more = adopted(connection, workspace);
                audit.Append(connection, new AuditEntry(AuditActions.RestoreFinished)
                {
                    Target = ("workspace", workspace.Id.ToString()),
                    Workspace = workspace.Id,
                    Details = [("from", old.Id.ToString()), ("backup", chain.Base.Generation.Id), ("packs", last.Sequence), ("as_of_ms", last.FinishedAt), ("rows", rows), .. more],
                });
            });
            return (made, new RestoreResult(chain.Base.Generation.Id, last.Sequence, last.Finished, 1, entries.Sum(entry => entry.Object.Bytes), rows));
        }
        finally
        {
            Directory.Delete(scratch.Path, recursive: true);
        }
    }

    private Workspace Adopt(string name, Action<string, SecretBytes> makeFile, Action<ControlConnection, Workspace> record)
    {
        try
        {
            return lifecycle.Adopt(name, makeFile, record);
        }
        catch
        {
            lifecycle.Sweep();
            throw;
        }
    }

    /// <summary>What a copy is called if nobody says otherwise: the old name, with the day it is of.</summary>
    /// <param name="asOf">In the zone whose day is meant.</param>
    public static string NameOf(string name, DateTimeOffset asOf)
    {
        var day = string.Create(CultureInfo.InvariantCulture, $" ({asOf:yyyy-MM-dd})");
        var room = WorkspaceLifecycle.MaxNameLength - day.Length;
        // Not through the middle of a character that takes two.
        return (name.Length <= room ? name : name[..(char.IsHighSurrogate(name[room - 1]) ? room - 1 : room)].TrimEnd()) + day;
    }

    /// <summary>Looks into the control database of that time: only it knows the salt of the workspace's key, and which columns were hidden.</summary>
    private async Task<(Workspace Workspace, IReadOnlyList<ColumnRule> Rules)> FindAsync(FileRestorer files, GenerationChain chain, DataFolder scratch, string named, CancellationToken cancel)
    {
        var entries = chain.Files.GetValueOrDefault(BackedUpFile.Control) ?? throw Damage.Of(chain.Last.ObjectName, "has no control database");
        await files.RestoreAsync(entries, scratch.ControlDatabase, cancel);
        using var control = ControlDatabase.Open(scratch, master);
        var found = new WorkspaceStore(control).ListKept().Where(each => each.Id.ToString() == named || each.Name.Equals(named, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (found is not [var only])
        {
            throw found.Length == 0
                ? new ProblemException(ProblemCodes.NotFound, $"There was no workspace '{named}' in this backup.")
                : new ProblemException(ProblemCodes.InvalidArgument, $"{found.Length} workspaces were named '{named}'. Use the id of one of them.");
        }

        using var connection = control.Open();
        return (only, ColumnRuleStore.List(connection, only.Id));
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

using WorkspaceServer.Age;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;
using WorkspaceServer.Workspaces.Workers;

namespace WorkspaceServer.Features.Backups.Restore;

/// <summary>What a restore brought back.</summary>
/// <param name="AsOf">The moment it is of: whatever was committed later is lost.</param>
/// <param name="Packs">Packs of changed pages that were laid over the whole backup.</param>
/// <param name="SampledOf">Of how many workspaces these are a sample; null if they are all.</param>
internal sealed record RestoreResult(string Generation, int Packs, DateTimeOffset AsOf, int Workspaces, long Bytes, long Rows, int? SampledOf = null);

/// <summary>Brings everything back onto a machine that has nothing but the identity, the master key and the store.</summary>
/// <remarks>Works in a folder beside the target, which takes the target's place only after every file was proved.</remarks>
internal sealed class FullRestore(IObjectStore store, MasterKey master, IReadOnlyCollection<AgeIdentity> identities, TimeProvider clock)
{
    public static readonly Recording Recording = Recording.As(AuditActions.RestoreFinished);

    /// <summary>Files that are fetched at the same time.</summary>
    private const int AtOnce = 2;

    private readonly FileRestorer files = new(store, identities);

    /// <param name="target">The data folder; must be empty or not there.</param>
    /// <param name="at">Null: the newest state.</param>
    /// <param name="id">Null, or one whole backup.</param>
    /// <param name="sample">Null, or for practice: only so many workspaces, which the day decides on; the others are deleted in what comes back.</param>
    /// <exception cref="ProblemException">The target is not empty; or an object is missing, changed or for others, and the message names it. Then the target is untouched.</exception>
    public async Task<RestoreResult> RunAsync(string target, DateTimeOffset? at, string? id, int? sample, Action<double, string> report, CancellationToken cancel)
    {
        target = Path.GetFullPath(target).TrimEnd('/');
        // A folder that is there, as the package makes it, is filled from within: its owner may not make another beside it.
        var filling = Directory.Exists(target) ? new FolderFilling(target) : null;
        var unfinished = filling?.Unfinished ?? target + ".restoring";
        filling?.RequireEmpty();
        using var signer = new BackupSigner(master);
        var chain = await GenerationChain.FindAsync(new GenerationShelf(store, signer), at, id, cancel);
        filling?.RemoveLeftovers();
        if (Directory.Exists(unfinished))
        {
            // Of a restore that was cut short; nothing else makes a folder of this name.
            Directory.Delete(unfinished, recursive: true);
        }

        try
        {
            var result = await RestoreIntoAsync(DataFolder.Create(unfinished), chain, sample, report, cancel);
            if (filling is null)
            {
                Directory.Move(unfinished, target);
            }
            else
            {
                filling.Fill();
            }

            return result;
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    private async Task<RestoreResult> RestoreIntoAsync(DataFolder folder, GenerationChain chain, int? sample, Action<double, string> report, CancellationToken cancel)
    {
        report(0, "Control database");
        long rows = await RestoreControlAsync(folder, chain, cancel);
        using var control = ControlDatabase.Open(folder, master);
        var store = new WorkspaceStore(control);
        var known = store.ListKept();
        var workspaces = Chosen(known, sample);
        if (workspaces.Count < known.Count)
        {
            store.DeleteOthers([.. workspaces.Select(workspace => workspace.Id)], clock.GetUtcNow());
        }

        using var trail = new StatementTrail(folder, clock);
        var done = 0;
        await Parallel.ForEachAsync(workspaces, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (workspace, token) =>
        {
            Interlocked.Add(ref rows, await RestoreWorkspaceAsync(folder, chain, workspace, token));
            trail.Begin(workspace.Id);
            report((double)Interlocked.Increment(ref done) / workspaces.Count, $"Workspace {done} of {workspaces.Count}");
        });
        var restored = workspaces.Select(workspace => workspace.Id.ToString()).Append(BackedUpFile.Control);
        var bytes = restored.SelectMany(file => chain.Files[file]).Sum(file => file.Object.Bytes);
        var last = chain.Last.Generation;
        var result = new RestoreResult(chain.Base.Generation.Id, last.Sequence, last.Finished, workspaces.Count, bytes, rows, workspaces.Count < known.Count ? known.Count : null);
        using var mac = AuditFeature.OpenMac(control, master);
        await using var audit = AuditFeature.Open(folder, control, mac, clock);
        await audit.RecordAsync(new AuditEntry(AuditActions.RestoreFinished)
        {
            Target = ("backup", result.Generation),
            Details = [("packs", result.Packs), ("as_of_ms", last.FinishedAt), ("workspaces", result.Workspaces), ("sampled_of", result.SampledOf), ("rows", rows)],
        });
        return result;
    }

    private IReadOnlyList<Workspace> Chosen(IReadOnlyList<Workspace> known, int? sample)
    {
        var chosen = sample is { } size ? DrillSample.Choose([.. known.Select(workspace => workspace.Id.ToString())], size, clock.GetUtcNow()) : null;
        return chosen is null ? known : [.. known.Where(workspace => chosen.Contains(workspace.Id.ToString()))];
    }

    private async Task<long> RestoreControlAsync(DataFolder folder, GenerationChain chain, CancellationToken cancel)
    {
        using var key = KeyDerivation.ForControl(master);
        return await RestoreAsync(FilesOf(chain, BackedUpFile.Control, "the control database"), folder.ControlDatabase, key, cancel);
    }

    private async Task<long> RestoreWorkspaceAsync(DataFolder folder, GenerationChain chain, Workspace workspace, CancellationToken cancel)
    {
        folder.CreateWorkspace(workspace.Id);
        using var key = KeyDerivation.ForWorkspace(master, workspace.Id, workspace.KeySalt);
        return await RestoreAsync(FilesOf(chain, workspace.Id.ToString(), $"workspace {workspace.Name}"), folder.DatabaseOf(workspace.Id), key, cancel);
    }

    /// <returns>How many rows the file has.</returns>
    private async Task<long> RestoreAsync(IReadOnlyList<BackedUpFile> chain, string path, SecretBytes key, CancellationToken cancel)
    {
        await files.RestoreAsync(chain, path, cancel);
        try
        {
            var totals = await files.ProveAsync(chain[0], chain.Count > 1, path, key, cancel);
            return totals.Tables.Sum(table => table.Rows);
        }
        catch (VaultException error)
        {
            throw Damage.Of(chain[^1].Object.Name, $"was restored, but cannot be opened: {error.Message}", error);
        }
    }

    private static IReadOnlyList<BackedUpFile> FilesOf(GenerationChain chain, string file, string what) => chain.Files.TryGetValue(file, out var found)
        ? found
        : throw Damage.Of(chain.Last.ObjectName, $"has no file for {what}");
}

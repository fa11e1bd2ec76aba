using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups;

/// <param name="Generations">Ids of those that were too old.</param>
/// <param name="Leftovers">Names of objects that were never finished, or that no generation names.</param>
/// <param name="Kept">Why generations that were too old are still there: the store does not let go of an object.</param>
internal sealed record SweepResult(IReadOnlyList<string> Generations, IReadOnlyList<string> Leftovers, IReadOnlyList<string> Kept);

/// <summary>Removes generations that are older than the retention, and the objects that only they name.</summary>
/// <remarks>Nothing is deleted but what a generation with our signature says that it wrote: whatever else lies in the store is somebody else's.</remarks>
internal sealed class BackupSweeper(BackupOptions options, BackupStore runs, LeftoverSweeper leftovers, IObjectStore store, BackupSigner signer, AuditLog audit, TimeProvider clock)
{
    public static readonly Recording Recording = Recording.As(AuditActions.BackupDeleted);

    /// <returns>Ids of the generations that are gone, and objects that cut-short backups had left.</returns>
    public async Task<SweepResult> PruneAsync(CancellationToken cancel)
    {
        var shelf = new GenerationShelf(store, signer);
        var names = await shelf.WholeNamesAsync(cancel);
        var all = await ReadAsync(shelf, names, cancel);
        var now = clock.GetUtcNow();
        var old = all.SkipLast(1).Where(each => now - each.Generation.Finished > options.Retention).ToArray();
        var kept = all.Except(old).SelectMany(each => each.Generation.Objects).Select(each => each.Name).ToHashSet(StringComparer.Ordinal);
        var (removed, locked) = (new List<string>(), new List<string>());
        foreach (var each in old)
        {
            try
            {
                await RemoveAsync(shelf, each, kept, cancel);
            }
            catch (ObjectKeptException error)
            {
                // The rest of it stays too, signed, so that the next sweep finds it again.
                locked.Add(error.Message);
                continue;
            }

            removed.Add(each.Generation.Id);
            await audit.RecordAsync(new AuditEntry(AuditActions.BackupDeleted)
            {
                Target = ("backup", each.Generation.Id),
                Details = [("age_days", (long)(now - each.Generation.Finished).TotalDays), ("retention_days", options.RetentionDays)],
            });
        }

        var left = await leftovers.SweepAsync([.. all.Select(each => each.Generation).Where(each => !removed.Contains(each.Id))], isAll: all.Count == names.Count, cancel);
        // What a failed run left may be locked for as long as a backup is kept: it must be known a little longer to be removed.
        runs.Forget(now - options.Retention - (LeftoverSweeper.MinAge * 2));
        return new SweepResult(removed, left, locked);
    }

    private async Task RemoveAsync(GenerationShelf shelf, SignedGeneration whole, HashSet<string> kept, CancellationToken cancel)
    {
        // The signed text goes last: what is cut short is found and finished by the next sweep.
        var packs = await ReadAsync(shelf, await shelf.PackNamesAsync(whole.Generation.Id, cancel), cancel);
        foreach (var each in packs.Reverse().Append(whole))
        {
            foreach (var stored in each.Generation.Objects.Where(stored => IsOurs(stored.Name) && !kept.Contains(stored.Name)))
            {
                await store.DeleteAsync(stored.Name, cancel);
            }

            await store.DeleteAsync(each.ObjectName, cancel);
        }
    }

    private static bool IsOurs(string name) =>
        name.StartsWith(SnapshotWriter.FilePrefix, StringComparison.Ordinal) || name.StartsWith(GenerationShelf.PackPrefix, StringComparison.Ordinal);

    private static async Task<IReadOnlyList<SignedGeneration>> ReadAsync(GenerationShelf shelf, IReadOnlyList<string> names, CancellationToken cancel)
    {
        var found = new List<SignedGeneration>();
        foreach (var name in names)
        {
            try
            {
                found.Add(await shelf.ReadAsync(name, cancel));
            }
            catch (ProblemException error) when (error.Code == ProblemCodes.Corrupt)
            {
                // Not ours to delete, and `backup verify` says that it is there.
            }
        }

        return found;
    }
}

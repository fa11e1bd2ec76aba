using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups;

/// <summary>Removes generations that are older than the retention, and the objects that only they name.</summary>
/// <remarks>Nothing is deleted but what a generation with our signature says that it wrote: whatever else lies in the store is somebody else's.</remarks>
internal sealed class BackupSweeper(BackupOptions options, BackupStore runs, IObjectStore store, BackupSigner signer, AuditLog audit, TimeProvider clock)
{
    public static readonly Recording Recording = Recording.As(AuditActions.BackupDeleted);

    /// <returns>Ids of the generations that are gone.</returns>
    public async Task<IReadOnlyList<string>> PruneAsync(CancellationToken cancel)
    {
        var shelf = new GenerationShelf(store, signer);
        var all = await ReadAsync(shelf, await shelf.WholeNamesAsync(cancel), cancel);
        var now = clock.GetUtcNow();
        var old = all.SkipLast(1).Where(each => now - each.Generation.Finished > TimeSpan.FromDays(options.RetentionDays)).ToArray();
        var kept = all.Except(old).SelectMany(each => each.Generation.Objects).Select(each => each.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var each in old)
        {
            await RemoveAsync(shelf, each, kept, cancel);
            await audit.RecordAsync(new AuditEntry(AuditActions.BackupDeleted)
            {
                Target = ("backup", each.Generation.Id),
                Details = [("age_days", (long)(now - each.Generation.Finished).TotalDays), ("retention_days", options.RetentionDays)],
            });
        }

        runs.Forget(now.AddDays(-options.RetentionDays));
        return [.. old.Select(each => each.Generation.Id)];
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

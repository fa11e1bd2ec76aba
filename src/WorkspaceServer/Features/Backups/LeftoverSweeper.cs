using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Backups;

/// <summary>Removes what backups left in the store that were cut short: uploads that never ended, and whole objects that no generation names.</summary>
/// <remarks>
/// Only what is this server's own: the name is one that a backup writes, of a run that this server knows to have failed, of a workspace that it has, or of a pack that builds
/// on a generation it signed. And only what is old enough that nobody can still be at it.
/// </remarks>
internal sealed class LeftoverSweeper(BackupStore runs, BackedUpDatabases databases, IObjectStore store, AuditLog audit, TimeProvider clock)
{
    public static readonly Recording Recording = Recording.As(AuditActions.BackupLeftoversDeleted);

    /// <summary>No upload of one object takes this long, and no clock is this wrong.</summary>
    public static readonly TimeSpan MinAge = TimeSpan.FromDays(2);

    private const int MaxNamed = 10;

    /// <param name="whole">Every whole generation that is in the store and was read.</param>
    /// <param name="isAll">False if one could not be read: it may name objects that nobody else names, so only unfinished uploads go.</param>
    /// <returns>Names of the objects, or of what they would have become.</returns>
    public async Task<IReadOnlyList<string>> SweepAsync(IReadOnlyCollection<Generation> whole, bool isAll, CancellationToken cancel)
    {
        var before = clock.GetUtcNow() - MinAge;
        List<string> removed = [.. await store.RemoveUnfinishedAsync(name => ObjectKind.Of(name) is not null, before, cancel)];
        foreach (var name in isAll ? await OrphansAsync(whole, before, cancel) : [])
        {
            try
            {
                await store.DeleteAsync(name, cancel);
                removed.Add(name);
            }
            catch (ObjectKeptException)
            {
                // It is locked, and goes when that is over.
            }
        }

        if (removed.Count > 0)
        {
            await audit.RecordAsync(new AuditEntry(AuditActions.BackupLeftoversDeleted)
            {
                Details = [("removed", removed.Count), ("objects", removed.Take(MaxNamed).ToArray()), ("store", store.Description)],
            });
        }

        return removed;
    }

    private async Task<IReadOnlyList<string>> OrphansAsync(IReadOnlyCollection<Generation> whole, DateTimeOffset before, CancellationToken cancel)
    {
        var named = whole.SelectMany(each => each.Objects).Select(each => each.Name).ToHashSet(StringComparer.Ordinal);
        var signed = whole.Select(each => each.Id).ToHashSet(StringComparer.Ordinal);
        var bases = signed.ToHashSet(StringComparer.Ordinal);
        var candidates = new List<(string Name, ObjectKind Kind)>();
        var youngest = GenerationShelf.TimeOf(before);
        foreach (var prefix in (string[])[GenerationShelf.PackPrefix, SnapshotWriter.FilePrefix])
        {
            await foreach (var found in store.ListAsync(prefix, cancel))
            {
                switch (ObjectKind.Of(found.Name))
                {
                    case { IsSigned: true } text:
                        signed.Add(text.Generation);
                        break;
                    case { } kind when string.CompareOrdinal(kind.Generation, 0, youngest, 0, youngest.Length) < 0:
                        candidates.Add((found.Name, kind));
                        break;
                }
            }
        }

        var own = runs.Unfinished(before).Concat(databases.Workspaces()).ToHashSet(StringComparer.Ordinal);
        bool IsOwn(ObjectKind kind) => kind.Base.Length > 0 ? bases.Contains(kind.Base) : own.Contains(kind.Generation) || own.Contains(kind.File);
        return [.. candidates.Where(each => !named.Contains(each.Name) && !signed.Contains(each.Kind.Generation) && IsOwn(each.Kind)).Select(each => each.Name)];
    }
}

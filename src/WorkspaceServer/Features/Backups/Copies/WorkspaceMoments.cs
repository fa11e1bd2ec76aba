using System.Collections.Concurrent;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups.Copies;

/// <summary>A moment that a workspace can be brought back to.</summary>
/// <param name="AsOf">Null if it cannot be read: what is not signed by this server says nothing.</param>
/// <param name="Bytes">What this moment has of the workspace in the store, encrypted.</param>
/// <param name="NeedsEarlierKey">Whether it is from before the master key was replaced.</param>
internal sealed record BackupMoment(MomentKey Key, DateTimeOffset? AsOf, long Bytes, bool NeedsEarlierKey)
{
    public bool IsWhole => Key.Pack is null;
}

/// <param name="Items">Newest first.</param>
/// <param name="Night">The whole backup of which the changes after it are among the items; null if there is none.</param>
/// <param name="IsCut">Whether there are more than these.</param>
internal sealed record MomentList(IReadOnlyList<BackupMoment> Items, string? Night, bool IsCut);

/// <summary>Finds in the store what belongs to one workspace: the nights, and the changes after one of them.</summary>
/// <remarks>
/// Names tell which packs have something of the workspace, so those of others are not read; and what was read and found good is remembered for a while, since
/// an object is never overwritten. A restore trusts none of this and looks again.
/// </remarks>
internal sealed class WorkspaceMoments(BackupOptions options, IObjectStore store, BackupSigner signer, TimeProvider clock)
{
    /// <summary>Nights that are listed.</summary>
    public const int MaxNights = 31;

    /// <summary>Moments after one night that are listed.</summary>
    public const int MaxChanges = 50;

    /// <summary>Objects that are read at the same time.</summary>
    private const int AtOnce = 4;

    /// <summary>Moments of all workspaces that are remembered at the same time. When there are more, all are forgotten.</summary>
    private const int MaxRemembered = 20_000;

    /// <summary>How long a moment that was found good counts as good.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(string Name, WorkspaceId Workspace), (BackupMoment? Moment, long ReadAt)> remembered = new();

    /// <param name="night">The whole backup after which changes are listed, too; null for the newest.</param>
    /// <exception cref="ProblemException">The store cannot be read now.</exception>
    public async Task<MomentList> ListAsync(WorkspaceId workspace, string? night, CancellationToken cancel)
    {
        if (!options.IsOn)
        {
            return new MomentList([], null, IsCut: false);
        }

        return await ReadingAsync(async () =>
        {
            var shelf = new GenerationShelf(store, signer);
            var all = await shelf.WholeNamesAsync(cancel);
            var nights = all.Select(MomentKey.OfObject).OfType<MomentKey>().TakeLast(MaxNights).ToArray();
            var chosen = nights.LastOrDefault(each => night is null || each.Base == night);
            var changes = chosen is null ? [] : await shelf.PackNamesOfAsync(chosen.Base, workspace.ToString(), cancel);
            var found = new ConcurrentBag<BackupMoment>();
            await Parallel.ForEachAsync(
                nights.Concat(changes.TakeLast(MaxChanges).Select(MomentKey.OfObject).OfType<MomentKey>()),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
                async (key, token) =>
                {
                    if (await LookAsync(shelf, key, workspace, token) is { } moment)
                    {
                        found.Add(moment);
                    }
                });
            return new MomentList(
                [.. found.OrderByDescending(moment => TimeOf(moment.Key), StringComparer.Ordinal)], chosen?.Base, all.Count > MaxNights || changes.Count > MaxChanges);
        });
    }

    /// <summary>The one moment, read anew.</summary>
    /// <exception cref="ProblemException">It is not there, cannot be read, or has nothing of this workspace; or the store cannot be read now.</exception>
    public async Task<BackupMoment> FindAsync(WorkspaceId workspace, string key, CancellationToken cancel)
    {
        var moment = options.IsOn && MomentKey.Parse(key) is { } parsed
            ? await ReadingAsync(() => ReadAsync(new GenerationShelf(store, signer), parsed, workspace, cancel))
            : null;
        return moment is { AsOf: not null }
            ? moment
            : throw new ProblemException(ProblemCodes.NotFound, "The backups have no such moment of this workspace, or not any more. Choose another one.");
    }

    /// <summary>Ids begin with their time; a pack's own id comes after its number.</summary>
    private static string TimeOf(MomentKey key) => key.Pack is { } pack ? pack[(pack.IndexOf('-', StringComparison.Ordinal) + 1)..] : key.Base;

    private async Task<BackupMoment?> LookAsync(GenerationShelf shelf, MomentKey key, WorkspaceId workspace, CancellationToken cancel)
    {
        var name = (key.ObjectName, workspace);
        if (remembered.TryGetValue(name, out var known) && clock.GetElapsedTime(known.ReadAt) < Remembered)
        {
            return known.Moment;
        }

        var moment = await ReadAsync(shelf, key, workspace, cancel);
        if (moment is not { AsOf: null })
        {
            if (remembered.Count >= MaxRemembered)
            {
                remembered.Clear();
            }

            remembered[name] = (moment, clock.GetTimestamp());
        }

        return moment;
    }

    /// <returns>Null if it is gone, or has nothing of the workspace.</returns>
    private static async Task<BackupMoment?> ReadAsync(GenerationShelf shelf, MomentKey key, WorkspaceId workspace, CancellationToken cancel)
    {
        try
        {
            var signed = await shelf.ReadAsync(key.ObjectName, cancel);
            return signed.Generation.Files.FirstOrDefault(file => file.File == workspace.ToString()) is { } file
                ? new BackupMoment(key, signed.Generation.Finished, file.Object.Bytes, signed.IsEarlier)
                : null;
        }
        catch (ProblemException error) when (error.Code == ProblemCodes.Corrupt)
        {
            return new BackupMoment(key, null, 0, NeedsEarlierKey: false);
        }
        catch (ObjectMissingException)
        {
            return null;
        }
    }

    private static async Task<T> ReadingAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception error) when (error is ObjectStoreException or IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(ProblemCodes.Busy, "The place where backups are kept cannot be read now. Try again later, or tell whoever runs this server.", error);
        }
    }
}

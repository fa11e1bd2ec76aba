using System.Globalization;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Backups.Generations;

/// <summary>What a restore starts from: a whole backup, the packs after it, and by file the objects to lay over one another, in order.</summary>
/// <param name="Last">The newest one that belongs; the state is that of its moment.</param>
internal sealed record GenerationChain(SignedGeneration Base, SignedGeneration Last, IReadOnlyDictionary<string, IReadOnlyList<BackedUpFile>> Files)
{
    /// <summary>Finds the newest state that is not younger than <paramref name="at"/>, and checks that no pack before it is missing.</summary>
    /// <param name="at">Null: the newest there is.</param>
    /// <param name="id">Null, or the id of one whole backup, which is taken without packs.</param>
    /// <exception cref="ProblemException">There is none, or an object of it is missing, changed or another one.</exception>
    public static async Task<GenerationChain> FindAsync(GenerationShelf shelf, DateTimeOffset? at, string? id, CancellationToken cancel)
    {
        var names = await shelf.WholeNamesAsync(cancel);
        for (var i = names.Count - 1; i >= 0; i--)
        {
            // Ids begin with their time: whatever was begun too late is not read. It may have been signed under a later master key.
            var isCandidate = id is null ? at is not { } time || IsBegunBy(names[i], time) : names[i].EndsWith($"/{id}.json", StringComparison.Ordinal);
            var whole = isCandidate ? await shelf.ReadAsync(names[i], cancel) : null;
            if (whole is not null && (at is null || whole.Generation.Finished <= at))
            {
                return await AddPacksAsync(shelf, whole, id is null ? at : DateTimeOffset.MinValue, to: null, cancel);
            }
        }

        throw new ProblemException(ProblemCodes.NoBackup, names.Count == 0
            ? "There is no backup in the store. Check Backup:Store and what belongs to it."
            : "There is no backup of that time or id in the store. List them with: workspace-server backup list");
    }

    /// <summary>Finds exactly this moment, and checks that no pack before it is missing.</summary>
    /// <exception cref="ProblemException">It is not in the store any more, or an object before it is missing, changed or another one.</exception>
    public static async Task<GenerationChain> FindMomentAsync(GenerationShelf shelf, MomentKey moment, CancellationToken cancel)
    {
        try
        {
            var whole = await shelf.ReadAsync(moment.WholeName, cancel);
            var chain = await AddPacksAsync(shelf, whole, moment.Pack is null ? DateTimeOffset.MinValue : null, moment.ObjectName, cancel);
            if (chain.Last.ObjectName == moment.ObjectName)
            {
                return chain;
            }
        }
        catch (ObjectMissingException error) when (error.Name == moment.WholeName)
        {
            // Said below: whole backups go when they are old enough.
        }

        throw new ProblemException(ProblemCodes.NoBackup, $"The moment {moment} is not in the store any more. List what there is with: workspace-server backup list");
    }

    private static bool IsBegunBy(string name, DateTimeOffset time)
    {
        var latest = GenerationShelf.TimeOf(time);
        return string.CompareOrdinal(name, GenerationShelf.WholePrefix.Length, latest, 0, latest.Length) <= 0;
    }

    /// <param name="to">Null, or the object name of the pack with which it ends.</param>
    private static async Task<GenerationChain> AddPacksAsync(GenerationShelf shelf, SignedGeneration whole, DateTimeOffset? at, string? to, CancellationToken cancel)
    {
        var files = whole.Generation.Files.ToDictionary(file => file.File, file => new List<BackedUpFile> { file }, StringComparer.Ordinal);
        var last = whole;
        foreach (var name in at == DateTimeOffset.MinValue ? [] : await shelf.PackNamesAsync(whole.Generation.Id, cancel))
        {
            var next = await shelf.ReadAsync(name, cancel);
            if (next.Generation.Finished > at)
            {
                break;
            }

            RequireNext(last, next);
            last = next;
            foreach (var file in next.Generation.Files)
            {
                if (!file.IsPack)
                {
                    files[file.File] = [];
                }

                files[file.File].Add(file);
            }

            if (name == to)
            {
                break;
            }
        }

        return new GenerationChain(whole, last, files.ToDictionary(each => each.Key, each => (IReadOnlyList<BackedUpFile>)each.Value, StringComparer.Ordinal));
    }

    private static void RequireNext(SignedGeneration last, SignedGeneration next)
    {
        var expected = last.Generation.Sequence + 1;
        if (next.Generation.Sequence != expected)
        {
            throw new ProblemException(ProblemCodes.Corrupt, string.Create(
                CultureInfo.InvariantCulture, $"The packs of backup {last.Generation.Base ?? last.Generation.Id} have a gap: number {expected} is missing before {next.ObjectName}. Restore with --at to a time before it."));
        }

        if (next.Generation.Previous != last.Digest)
        {
            throw Damage.Of(next.ObjectName, $"does not follow {last.ObjectName}: one of the two is not what was there");
        }
    }
}

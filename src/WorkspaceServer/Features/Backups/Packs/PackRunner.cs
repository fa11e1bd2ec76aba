using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups.Packs;

/// <summary>Saves the pages that changed since the last backup or pack, so that a restore can come back to any of these moments.</summary>
/// <remarks>Which pages changed is seen from the stamps of the encrypted pages. Nothing is written to the control database, or it would change each time.</remarks>
internal sealed class PackRunner(
    BackupOptions options, BackedUpDatabases databases, RecipientWatch recipients, Stamps stamps, IObjectStore store, BackupSigner signer, DataFolder folder, TimeProvider clock)
{
    /// <summary>A store whose clock is ahead refuses a lock that is over.</summary>
    private static readonly TimeSpan ShortestLock = TimeSpan.FromHours(1);

    /// <returns>The packs that were saved; null if nothing changed, or there is no whole backup under the present master key and for the present recipients yet.</returns>
    /// <exception cref="ProblemException">No recipient is set, or a backup is being made.</exception>
    public async Task<Generation?> RunAsync(CancellationToken cancel)
    {
        BackupRunner.RequireOn(options);
        using var turn = BackupTurn.Take(folder);
        if (recipients.IsChanged)
        {
            // Packs are of no use to whoever cannot open the whole backup below them.
            return null;
        }

        var shelf = new GenerationShelf(store, signer);
        if ((await shelf.WholeNamesAsync(cancel)) is not [.., var newest])
        {
            return null;
        }

        var whole = await shelf.ReadAsync(newest, cancel);
        if (whole.IsEarlier)
        {
            // One chain is restored with one master key.
            return null;
        }

        var last = (await shelf.PackNamesAsync(whole.Generation.Id, cancel)) is [.., var pack] ? await shelf.ReadAsync(pack, cancel) : whole;
        var started = clock.GetUtcNow();
        var keepUntil = KeepUntil(whole.Generation, started);
        var job = new Job(GenerationShelf.NewId(started), whole.Generation, new SnapshotWriter(store, options.ReadRecipients(), keepUntil));
        try
        {
            await SaveAllAsync(job, cancel);
            if (job.Saved.Count == 0)
            {
                return null;
            }

            var entries = job.Saved.Select(each => each.Entry).ToArray();
            var generation = new Generation(
                job.Id, job.Base.Id, last.Generation.Sequence + 1, last.Digest, started.ToUnixTimeMilliseconds(), clock.GetUtcNow().ToUnixTimeMilliseconds(), entries);
            await shelf.PutAsync(generation, keepUntil, cancel);
            job.Saved.ForEach(each => stamps.Write(each.Entry.File, job.Base.Id, each.Fingerprint, each.Stamps));
            return generation;
        }
        catch
        {
            await job.Writer.UndoAsync();
            throw;
        }
    }

    /// <summary>Packs go with the whole backup below them, so they are locked no longer than it is; not at all if that is over already, because nights were missed.</summary>
    private DateTimeOffset? KeepUntil(Generation whole, DateTimeOffset now) =>
        whole.Finished + options.Retention is var until && until > now + ShortestLock ? until : null;

    private async Task SaveAllAsync(Job job, CancellationToken cancel)
    {
        foreach (var file in databases.Workspaces())
        {
            await SaveAsync(job, file, cancel);
        }

        using var control = databases.Hold(BackedUpFile.Control)!;
        foreach (var file in BackupStore.WorkspacesIn(control.Connection).Except(job.Seen).ToArray())
        {
            await SaveAsync(job, file, cancel);
        }

        await SaveHeldAsync(job, BackedUpFile.Control, control, databases.Fingerprint(BackedUpFile.Control), cancel);
    }

    private async Task SaveAsync(Job job, string file, CancellationToken cancel)
    {
        job.Seen.Add(file);
        var fingerprint = databases.Fingerprint(file);
        if (fingerprint.Length > 0 && fingerprint == stamps.Origin(file).Fingerprint && IsInChain(job, file))
        {
            return;
        }

        using var held = databases.Hold(file);
        if (held is not null)
        {
            await SaveHeldAsync(job, file, held, fingerprint, cancel);
        }
    }

    private async Task SaveHeldAsync(Job job, string file, PinnedDatabase held, string fingerprint, CancellationToken cancel)
    {
        var now = held.ReadStamps();
        var before = IsInChain(job, file) ? stamps.Read(file) : null;
        if (before is not null && now.AsSpan().SequenceEqual(before))
        {
            // So that the next look needs not open it.
            stamps.Write(file, job.Base.Id, fingerprint, now);
            return;
        }

        var digest = Stamps.Digest(now);
        if (before is null)
        {
            job.Saved.Add((await job.Writer.SaveWholeAsync(file, job.Id, held, digest, cancel), fingerprint, now));
            return;
        }

        var pages = Pack.Changed(before, now);
        var stored = await job.Writer.PutAsync($"{GenerationShelf.PackFolderOf(job.Base.Id)}{job.Id}/{file}.pack.age", output => Pack.WriteAsync(held, pages, output, cancel), cancel);
        job.Saved.Add((new BackedUpFile(file, stored, null, held.PageCount, digest, IsPack: true), fingerprint, now));
    }

    /// <summary>Whether the store has a whole copy in this chain: from the whole backup, or from an earlier pack.</summary>
    private bool IsInChain(Job job, string file) => job.IsInBase(file) || stamps.Origin(file).Base == job.Base.Id;

    private sealed class Job(string id, Generation whole, SnapshotWriter writer)
    {
        private readonly HashSet<string> inBase = [.. whole.Files.Select(file => file.File)];

        public string Id => id;

        public Generation Base => whole;

        public SnapshotWriter Writer => writer;

        public List<string> Seen { get; } = [];

        public List<(BackedUpFile Entry, string Fingerprint, byte[] Stamps)> Saved { get; } = [];

        public bool IsInBase(string file) => inBase.Contains(file);
    }
}

using System.Collections.Concurrent;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups;

/// <summary>What a backup did.</summary>
/// <param name="Failed">Files that could not be read and are in the backup as they were last time, if there was one; with the reason.</param>
internal sealed record BackupResult(Generation Generation, long Uploaded, long Kept, long UploadedBytes, IReadOnlyList<string> Failed);

/// <summary>Makes a whole backup: every workspace and the control database, each as of one moment, while everybody works on.</summary>
/// <remarks>
/// A file that did not change since its last upload is named again instead of uploaded again. The backup exists when its signed generation is in
/// the store; what a run that failed had uploaded is removed again.
/// </remarks>
internal sealed class BackupRunner(
    BackupOptions options, BackedUpDatabases databases, BackupStore runs, RecipientWatch recipients, Stamps stamps, IObjectStore store, BackupSigner signer, AuditLog audit, DataFolder folder, TimeProvider clock)
{
    public static readonly Recording Recording = Recording.As(AuditActions.BackupMade, AuditActions.BackupFailed, AuditActions.BackupRecipientsChanged);

    /// <summary>Files that are uploaded at the same time.</summary>
    private const int AtOnce = 2;

    /// <summary>Locks that are extended at the same time.</summary>
    private const int LocksAtOnce = 16;

    private const int MaxNamedFailures = 10;

    /// <param name="report">Told which share is done, and what is being done.</param>
    /// <exception cref="ProblemException">No recipient is set, or another backup is being made.</exception>
    /// <exception cref="ObjectStoreException">The store failed; there is no backup.</exception>
    public async Task<BackupResult> RunAsync(Action<double, string>? report, CancellationToken cancel)
    {
        RequireOn(options);
        using var turn = BackupTurn.Take(folder);
        var id = GenerationShelf.NewId(clock.GetUtcNow());
        var started = clock.GetUtcNow();
        recipients.Note();
        runs.Begin(id, started);
        var writer = new SnapshotWriter(store, options.ReadRecipients(), started + options.Retention);
        try
        {
            var job = new Job(id, writer, runs.Files(), await NamesInStoreAsync(cancel), report);
            await SaveAllAsync(job, cancel);
            await KeepAliveAsync(job, cancel);
            var files = job.Files.Values.Select(each => each.Remembered.Entry).OrderBy(entry => entry.File, StringComparer.Ordinal).ToArray();
            var generation = new Generation(id, null, 0, null, started.ToUnixTimeMilliseconds(), clock.GetUtcNow().ToUnixTimeMilliseconds(), files);
            await new GenerationShelf(store, signer).PutAsync(generation, generation.Finished + options.Retention, cancel);
            return Finish(job, generation);
        }
        catch (Exception error)
        {
            await writer.UndoAsync();
            var outcome = error is ProblemException problem ? problem.Code.Code : error is ObjectStoreException ? "store_failed" : "failed";
            runs.Fail(id, outcome, error.Message, clock.GetUtcNow(), connection => audit.Append(connection, new AuditEntry(AuditActions.BackupFailed)
            {
                Target = ("backup", id),
                Outcome = outcome,
                Details = [("message", error.Message)],
            }));
            throw;
        }
    }

    /// <exception cref="ProblemException">No recipient is set.</exception>
    public static void RequireOn(BackupOptions options)
    {
        if (!options.IsOn)
        {
            throw new ProblemException(ProblemCodes.NotConfigured, "No backup is set up: Backup:Recipients is empty. Run: workspace-server backup configure --new-identity FILE");
        }
    }

    private async Task SaveAllAsync(Job job, CancellationToken cancel)
    {
        var known = databases.Workspaces();
        var done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(known, parallel, async (file, token) =>
        {
            await SaveAsync(job, file, token);
            job.Report?.Invoke((double)Interlocked.Increment(ref done) / (known.Count + 1), $"Workspace {done} of {known.Count}");
        });

        // Last, so that it knows no workspace without a file: what was made meanwhile is saved after it is held.
        using var held = databases.Hold(BackedUpFile.Control)!;
        var fingerprint = databases.Fingerprint(BackedUpFile.Control);
        foreach (var file in BackupStore.WorkspacesIn(held.Connection).Except(job.Files.Keys).ToArray())
        {
            await SaveAsync(job, file, cancel);
        }

        await SaveHeldAsync(job, BackedUpFile.Control, held, fingerprint, cancel);
        job.Report?.Invoke(1, "Control database");
    }

    /// <summary>Saves one file if it changed. One that cannot be read does not stop the others.</summary>
    private async Task SaveAsync(Job job, string file, CancellationToken cancel)
    {
        var last = job.LastOf(file);
        var fingerprint = databases.Fingerprint(file);
        if (last is not null && fingerprint.Length > 0 && fingerprint == last.Fingerprint)
        {
            job.Keep(last);
            return;
        }

        try
        {
            using var held = databases.Hold(file);
            if (held is not null)
            {
                await SaveHeldAsync(job, file, held, fingerprint, cancel);
            }
        }
        catch (VaultException error)
        {
            job.Failed[file] = error.Message;
            if (last is not null)
            {
                job.Keep(last);
            }
        }
    }

    private static async Task SaveHeldAsync(Job job, string file, PinnedDatabase held, string fingerprint, CancellationToken cancel)
    {
        var pages = held.ReadStamps();
        var digest = Stamps.Digest(pages);
        if (job.LastOf(file) is { } last && last.Entry.Stamps == digest)
        {
            job.Keep(last with { Fingerprint = fingerprint });
            return;
        }

        var entry = await job.Writer.SaveWholeAsync(file, job.Id, held, digest, cancel);
        job.Files[file] = new Saved(new RememberedFile(entry, fingerprint), pages);
    }

    /// <summary>What did not change is named by one more generation, so nobody may delete it before that one's time is over either.</summary>
    private async Task KeepAliveAsync(Job job, CancellationToken cancel)
    {
        if ((await store.ProtectionAsync(cancel)).Lock is not null)
        {
            var until = clock.GetUtcNow() + options.Retention;
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = LocksAtOnce, CancellationToken = cancel };
            await Parallel.ForEachAsync(job.KeptObjects(), parallel, async (kept, token) => await store.KeepAsync(kept, until, token));
        }
    }

    private BackupResult Finish(Job job, Generation generation)
    {
        var uploaded = job.Files.Values.Where(each => each.Stamps is not null).ToArray();
        var bytes = uploaded.Sum(each => each.Remembered.Entry.Object.Bytes + each.Remembered.Entry.Totals!.Bytes);
        foreach (var each in uploaded)
        {
            stamps.Write(each.Remembered.Entry.File, generation.Id, each.Remembered.Fingerprint, each.Stamps!);
        }

        foreach (var file in job.Failed.Keys)
        {
            // Packs may have come further than the last whole copy, which is named again; the next pack starts from nothing.
            stamps.Forget(file);
        }

        var kept = job.Files.Count - uploaded.Length;
        var failed = job.Failed.Values.ToArray();
        runs.Finish(generation, (uploaded.Length, kept, bytes), string.Join(' ', failed.Take(MaxNamedFailures)), [.. job.Files.Values.Select(each => each.Remembered).Where(job.IsNew)], connection => audit.Append(connection, new AuditEntry(AuditActions.BackupMade)
        {
            Target = ("backup", generation.Id),
            Outcome = failed.Length == 0 ? "ok" : ProblemCodes.Corrupt.Code,
            Details = [("uploaded", uploaded.Length), ("kept", kept), ("bytes", bytes), ("store", store.Description), ("failed", failed.Take(MaxNamedFailures).ToArray())],
        }));
        return new BackupResult(generation, uploaded.Length, kept, bytes, failed);
    }

    private async Task<Dictionary<string, ObjectInfo>> NamesInStoreAsync(CancellationToken cancel)
    {
        var names = new Dictionary<string, ObjectInfo>(StringComparer.Ordinal);
        await foreach (var found in store.ListAsync(SnapshotWriter.FilePrefix, cancel))
        {
            names[found.Name] = found;
        }

        return names;
    }

    /// <param name="Stamps">Null if it was not uploaded.</param>
    private sealed record Saved(RememberedFile Remembered, byte[]? Stamps);

    private sealed class Job(string id, SnapshotWriter writer, IReadOnlyDictionary<string, RememberedFile> last, Dictionary<string, ObjectInfo> inStore, Action<double, string>? report)
    {
        public string Id => id;

        public SnapshotWriter Writer => writer;

        public Action<double, string>? Report => report;

        public ConcurrentDictionary<string, Saved> Files { get; } = new(StringComparer.Ordinal);

        /// <summary>Files that could not be read, with the reason.</summary>
        public ConcurrentDictionary<string, string> Failed { get; } = new(StringComparer.Ordinal);

        /// <summary>The last upload, if the store still has it whole.</summary>
        public RememberedFile? LastOf(string file) =>
            last.GetValueOrDefault(file) is { } known && IsThere(known.Entry.Object) && IsThere(known.Entry.Totals!) ? known : null;

        /// <summary>Whether it is not what was remembered before: only that is written, however many workspaces there are.</summary>
        public bool IsNew(RememberedFile file) => !ReferenceEquals(last.GetValueOrDefault(file.Entry.File), file);

        public void Keep(RememberedFile known) => Files[known.Entry.File] = new Saved(known, null);

        /// <summary>What is named again and was not uploaded.</summary>
        public IEnumerable<ObjectInfo> KeptObjects() =>
            Files.Values.Where(each => each.Stamps is null).SelectMany(each => (StoredObject[])[each.Remembered.Entry.Object, each.Remembered.Entry.Totals!]).Select(stored => inStore[stored.Name]);

        private bool IsThere(StoredObject stored) => inStore.GetValueOrDefault(stored.Name)?.Bytes == stored.Bytes;
    }
}

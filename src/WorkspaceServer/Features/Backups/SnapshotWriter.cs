using System.Collections.Concurrent;
using System.Text.Json;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Backups;

/// <summary>Streams a held database through age into the store. Nothing of it is decrypted, and nothing lies on the disk in between.</summary>
/// <param name="keepUntil">Until when nobody can delete what it writes, where the store has object lock.</param>
internal sealed class SnapshotWriter(IObjectStore store, IReadOnlyList<AgeRecipient> recipients, DateTimeOffset? keepUntil)
{
    /// <summary>Names of databases' objects begin so.</summary>
    public const string FilePrefix = "files/";

    private const int PagesPerRead = 256;

    private readonly ConcurrentBag<string> written = [];

    /// <summary>Where whole objects of this file lie.</summary>
    public static string FolderOf(string file) => $"{FilePrefix}{file}/";

    /// <summary>Saves all of the database, and what its tables hold.</summary>
    public async Task<BackedUpFile> SaveWholeAsync(string file, string generation, PinnedDatabase held, string stamps, CancellationToken cancel)
    {
        var name = FolderOf(file) + generation;
        var database = await PutAsync($"{name}.db.age", output => WritePagesAsync(held, output, cancel), cancel);
        var text = JsonSerializer.SerializeToUtf8Bytes(TotalsStore.Read(held.Connection), GenerationShelf.Json);
        var totals = await PutAsync($"{name}.totals.age", output => output.WriteAsync(text, cancel).AsTask(), cancel);
        return new BackedUpFile(file, database, totals, held.PageCount, stamps, IsPack: false);
    }

    /// <summary>Encrypts what is written into a new object.</summary>
    public async Task<StoredObject> PutAsync(string name, Func<Stream, Task> write, CancellationToken cancel)
    {
        StoredObject? stored = null;
        written.Add(name);
        await store.PutAsync(
            name,
            async output =>
            {
                await using var counted = new CountingStream(output);
                await using var age = new AgeEncryptStream(counted, recipients);
                await write(age);
                await age.CompleteAsync(cancel);
                stored = new StoredObject(name, counted.Count, counted.Sha256);
            },
            keepUntil,
            cancel);
        return stored!;
    }

    /// <summary>Removes what this wrote, after a failure: no generation names it.</summary>
    public async Task UndoAsync()
    {
        try
        {
            foreach (var name in written)
            {
                await UndoAsync(name);
            }
        }
        catch (ObjectStoreException)
        {
            // The store is what failed; the failure that is thrown says so.
        }
    }

    private async Task UndoAsync(string name)
    {
        try
        {
            await store.DeleteAsync(name, CancellationToken.None);
        }
        catch (ObjectKeptException)
        {
            // It is locked. The sweep of leftovers removes it when that is over.
        }
    }

    /// <summary>Every page of the held moment, still encrypted under the database's key.</summary>
    public static async Task WritePagesAsync(PinnedDatabase held, Stream output, CancellationToken cancel)
    {
        var buffer = new byte[PagesPerRead * EncryptedDatabase.PageBytes];
        for (var page = 1; page <= held.PageCount; page += PagesPerRead)
        {
            var pages = buffer.AsMemory(0, Math.Min(PagesPerRead, held.PageCount - page + 1) * EncryptedDatabase.PageBytes);
            held.ReadPages(page, pages.Span);
            await output.WriteAsync(pages, cancel);
        }
    }
}

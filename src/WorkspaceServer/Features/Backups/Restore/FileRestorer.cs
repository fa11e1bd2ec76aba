using System.Text.Json;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups.Restore;

/// <summary>Fetches, decrypts and proves one database file. What comes out is still encrypted by SQLCipher.</summary>
internal sealed class FileRestorer(IObjectStore store, IReadOnlyCollection<AgeIdentity> identities)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int BufferBytes = 1 << 20;

    /// <summary>Longest totals, in bytes.</summary>
    private const int MaxTotalsBytes = 256 << 20;

    /// <summary>Writes the file anew and checks that its pages are those that were backed up.</summary>
    /// <param name="chain">A whole object, then packs in their order.</param>
    /// <exception cref="ProblemException">An object is missing, changed, cut off, or for another identity. The message names it.</exception>
    public async Task RestoreAsync(IReadOnlyList<BackedUpFile> chain, string path, CancellationToken cancel)
    {
        if (chain.Count == 0 || chain[0].IsPack)
        {
            throw new ProblemException(ProblemCodes.Corrupt, $"The backup of {(chain.Count == 0 ? path : chain[0].File)} has no whole copy to begin with.");
        }

        await using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = OwnerOnly, BufferSize = 0 }))
        {
            await ReadAsync(chain[0].Object, plain => plain.CopyToAsync(file, BufferBytes, cancel), cancel);
            foreach (var pack in chain.Skip(1))
            {
                await ReadAsync(pack.Object, plain => Pack.ApplyAsync(plain, file, pack.Object.Name, cancel), cancel);
                file.SetLength((long)pack.Pages * EncryptedDatabase.PageBytes);
            }

            file.Flush(flushToDisk: true);
        }

        var last = chain[^1];
        if (new FileInfo(path).Length != (long)last.Pages * EncryptedDatabase.PageBytes || Stamps.DigestOfFile(path) != last.Stamps)
        {
            throw Damage.Of(last.Object.Name, "does not hold the pages that its backup names");
        }
    }

    /// <summary>Reads every page of the restored file with its key, and compares what its tables hold with what they held.</summary>
    /// <param name="whole">The entry of the whole copy. Its totals are compared only if no pack changed the file since.</param>
    public async Task<FileTotals> ProveAsync(BackedUpFile whole, bool isChanged, string path, SecretBytes key, CancellationToken cancel)
    {
        using var held = PinnedDatabase.Open(path, key);
        var problems = EncryptedDatabase.CheckIntegrity(held.Connection);
        if (problems.Count > 0)
        {
            throw Damage.Of(whole.Object.Name, $"was restored, but the database is damaged ({problems[0]})");
        }

        var found = TotalsStore.Read(held.Connection);
        if (!isChanged && whole.Totals is { } stored)
        {
            FileTotals? expected = null;
            await ReadAsync(stored, async plain => expected = await ReadTotalsAsync(plain, stored.Name, cancel), cancel);
            if (TotalsStore.Compare(whole.File, expected!, found).FirstOrDefault() is { } difference)
            {
                throw Damage.Of(whole.Object.Name, $"was restored, but its totals differ: {difference}");
            }
        }

        return found;
    }

    /// <summary>Hands on the plaintext of an object, and checks that it was the object that the backup wrote, to its end.</summary>
    public async Task ReadAsync(StoredObject stored, Func<Stream, Task> read, CancellationToken cancel)
    {
        await using var source = await store.OpenAsync(stored.Name, cancel);
        await using var counted = new CountingStream(source);
        try
        {
            await using var plain = new AgeDecryptStream(counted, identities);
            await read(plain);
        }
        catch (AgeException error) when (error.Error == AgeError.NoMatch)
        {
            throw new ProblemException(ProblemCodes.CannotDecrypt, $"The object {stored.Name} is encrypted to others than this identity. Take the identity that belongs to Backup:Recipients of that time.", error);
        }
        catch (AgeException error)
        {
            throw Damage.Of(stored.Name, $"was changed or cut off ({error.Message})", error);
        }

        await counted.CopyToAsync(Stream.Null, cancel);
        if (counted.Count != stored.Bytes || counted.Sha256 != stored.Sha256)
        {
            throw Damage.Of(stored.Name, "is not the one that its backup wrote: its digest differs");
        }
    }

    private static async Task<FileTotals> ReadTotalsAsync(Stream plain, string name, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[81_920];
        int read;
        while ((read = await plain.ReadAsync(buffer, cancel)) > 0 && bytes.Length < MaxTotalsBytes)
        {
            bytes.Write(buffer, 0, read);
        }

        try
        {
            return JsonSerializer.Deserialize<FileTotals>(bytes.ToArray(), GenerationShelf.Json)!;
        }
        catch (JsonException error)
        {
            throw Damage.Of(name, "does not hold totals", error);
        }
    }
}

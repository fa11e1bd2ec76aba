using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Restore;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups;

/// <summary>What a look at one generation found.</summary>
internal sealed record VerifiedGeneration(string Id, string Object, DateTimeOffset? Finished, int Files, long Bytes, IReadOnlyList<string> Findings);

/// <summary>Reads generations back from the store: signature, presence, length and digest of every object; with an identity, also that it decrypts.</summary>
internal sealed class BackupVerifier(IObjectStore store, BackupSigner signer)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Every whole backup and every pack, oldest first, without reading their objects. What is not ours has a finding.</summary>
    public async Task<IReadOnlyList<VerifiedGeneration>> ListAsync(CancellationToken cancel)
    {
        var shelf = new GenerationShelf(store, signer);
        var all = new List<VerifiedGeneration>();
        foreach (var name in await shelf.WholeNamesAsync(cancel))
        {
            var whole = await LookAsync(shelf, name, cancel);
            all.Add(whole.Found);
            foreach (var pack in whole.Generation is null ? [] : await shelf.PackNamesAsync(whole.Generation.Id, cancel))
            {
                all.Add((await LookAsync(shelf, pack, cancel)).Found);
            }
        }

        return all;
    }

    /// <summary>Reads every object of a generation.</summary>
    /// <param name="name">The object name of its signed text.</param>
    /// <param name="identities">Empty: digests only.</param>
    public async Task<VerifiedGeneration> VerifyAsync(string name, IReadOnlyCollection<AgeIdentity> identities, Action<double, string> report, CancellationToken cancel)
    {
        var (found, generation) = await LookAsync(new GenerationShelf(store, signer), name, cancel);
        var findings = found.Findings.ToList();
        long done = 0;
        foreach (var stored in generation?.Objects ?? [])
        {
            report((double)done / Math.Max(1, generation!.Bytes), stored.Name);
            try
            {
                await ReadAsync(stored, identities, cancel);
            }
            catch (Exception error) when (error is ProblemException { Code.ExitCode: ExitCodes.IntegrityDiffers } or ObjectMissingException)
            {
                findings.Add(error.Message);
            }

            done += stored.Bytes;
        }

        return found with { Findings = findings };
    }

    private async Task ReadAsync(StoredObject stored, IReadOnlyCollection<AgeIdentity> identities, CancellationToken cancel)
    {
        if (identities.Count > 0)
        {
            await new FileRestorer(store, identities).ReadAsync(stored, plain => plain.CopyToAsync(Stream.Null, BufferBytes, cancel), cancel);
            return;
        }

        await using var source = await store.OpenAsync(stored.Name, cancel);
        await using var counted = new CountingStream(source);
        await counted.CopyToAsync(Stream.Null, BufferBytes, cancel);
        if (counted.Count != stored.Bytes || counted.Sha256 != stored.Sha256)
        {
            throw Damage.Of(stored.Name, "is not the one that its backup wrote: its digest differs");
        }
    }

    private static async Task<(VerifiedGeneration Found, Generation? Generation)> LookAsync(GenerationShelf shelf, string name, CancellationToken cancel)
    {
        try
        {
            var generation = (await shelf.ReadAsync(name, cancel)).Generation;
            return (new VerifiedGeneration(generation.Id, name, generation.Finished, generation.Files.Count, generation.Bytes, []), generation);
        }
        catch (ProblemException error) when (error.Code == ProblemCodes.Corrupt)
        {
            return (new VerifiedGeneration("?", name, null, 0, 0, [error.Message]), null);
        }
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups.Generations;

/// <summary>The signed generations in a store. What is not signed by this server's key, or lies under another name, is no generation.</summary>
/// <remarks>
/// generations/ID.json for whole backups, packs/BASE/SEQUENCE-ID.json for packs: {"generation": base64, "signature": base64}. The signature is
/// over the bytes before base64, so that nobody has to agree on how JSON is written. They hold names, lengths and digests, no data.
/// </remarks>
internal sealed class GenerationShelf(IObjectStore store, BackupSigner signer)
{
    public const string WholePrefix = "generations/";
    public const string PackPrefix = "packs/";

    private const string Purpose = "workspace-server/v1/backup-generation";
    private const string Suffix = ".json";

    /// <summary>Longest signed text, in bytes: some 100,000 workspaces.</summary>
    private const int MaxBytes = 64 << 20;

    public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>A new generation's id.</summary>
    public static string NewId(DateTimeOffset now) => $"{TimeOf(now)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    /// <summary>How an id begins that is made at this time.</summary>
    public static string TimeOf(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd't'HHmmssfff'z'", System.Globalization.CultureInfo.InvariantCulture);

    public static string NameOf(Generation generation) => generation.IsWhole
        ? $"{WholePrefix}{generation.Id}{Suffix}"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{PackPrefix}{generation.Base}/{generation.Sequence:000000}-{generation.Id}{Suffix}");

    public static string PackFolderOf(string baseId) => $"{PackPrefix}{baseId}/";

    /// <summary>Signs it and puts it into the store; from then on the backup exists.</summary>
    /// <param name="keepUntil">Until when nobody can delete it, where the store has object lock.</param>
    public async Task<SignedGeneration> PutAsync(Generation generation, DateTimeOffset? keepUntil, CancellationToken cancel)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(generation, Json);
        var envelope = JsonSerializer.SerializeToUtf8Bytes(new Envelope(text, signer.Sign(Purpose, text)), Json);
        var name = NameOf(generation);
        await store.PutAsync(name, stream => stream.WriteAsync(envelope, cancel).AsTask(), keepUntil, cancel);
        return new SignedGeneration(generation, name, Convert.ToHexStringLower(SHA256.HashData(text)), IsEarlier: false);
    }

    /// <summary>Names of the whole backups, oldest first.</summary>
    public async Task<IReadOnlyList<string>> WholeNamesAsync(CancellationToken cancel) => await NamesAsync(WholePrefix, cancel);

    /// <summary>Names of the packs that build on a whole backup, in their order.</summary>
    public async Task<IReadOnlyList<string>> PackNamesAsync(string baseId, CancellationToken cancel) => await NamesAsync(PackFolderOf(baseId), cancel);

    /// <summary>Names of those packs that have something of this file, in their order: by the names of objects alone, so that packs of others are not read.</summary>
    /// <param name="file">"control", or the workspace's id.</param>
    public async Task<IReadOnlyList<string>> PackNamesOfAsync(string baseId, string file, CancellationToken cancel)
    {
        var signed = new List<(string Name, string Id)>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var prefix in (string[])[PackFolderOf(baseId), SnapshotWriter.FolderOf(file)])
        {
            await foreach (var found in store.ListAsync(prefix, cancel))
            {
                var kind = ObjectKind.Of(found.Name);
                if (kind is { IsSigned: true })
                {
                    signed.Add((found.Name, kind.Generation));
                }
                else if (kind?.File == file)
                {
                    ids.Add(kind.Generation);
                }
            }
        }

        return [.. signed.Where(each => ids.Contains(each.Id)).Select(each => each.Name)];
    }

    /// <exception cref="ProblemException">It was not signed by this server, was changed, or lies under another's name.</exception>
    public async Task<SignedGeneration> ReadAsync(string name, CancellationToken cancel)
    {
        await using var stream = await store.OpenAsync(name, cancel);
        using var bytes = new MemoryStream();
        var buffer = new byte[81_920];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxBytes)
            {
                throw Damage.Of(name, "is too long for a signed generation");
            }
        }

        var (generation, text, isEarlier) = Open(name, bytes.ToArray());
        return NameOf(generation) == name
            ? new SignedGeneration(generation, name, Convert.ToHexStringLower(SHA256.HashData(text)), isEarlier)
            : throw Damage.Of(name, $"is the generation {generation.Id} under another's name");
    }

    private (Generation Generation, byte[] Text, bool IsEarlier) Open(string name, byte[] bytes)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope>(bytes, Json);
            if (envelope is { Generation: { } text, Signature: { } signature })
            {
                var isPresent = signer.Verify(Purpose, text, signature);
                if (isPresent || signer.VerifyEarlier(Purpose, text, signature))
                {
                    return (JsonSerializer.Deserialize<Generation>(text, Json)!, text, !isPresent);
                }
            }
        }
        catch (JsonException)
        {
            // Said below, like everything else that is not ours.
        }

        throw Damage.Of(name, "is not signed with the key that belongs to this master key: it was changed, or is another server's, or the master key was replaced: to restore from before that, give the one of then with --at or --id");
    }

    private async Task<List<string>> NamesAsync(string prefix, CancellationToken cancel)
    {
        var names = new List<string>();
        await foreach (var found in store.ListAsync(prefix, cancel))
        {
            // Packs' own objects lie in folders below.
            if (found.Name.EndsWith(Suffix, StringComparison.Ordinal) && found.Name.IndexOf('/', prefix.Length) < 0)
            {
                names.Add(found.Name);
            }
        }

        return names;
    }

    private sealed record Envelope(byte[] Generation, byte[] Signature);
}

/// <summary>An object that is not what the backup wrote.</summary>
internal static class Damage
{
    /// <summary>A failure that names the object.</summary>
    public static ProblemException Of(string name, string what, Exception? inner = null) => new(ProblemCodes.Corrupt, $"The object {name} {what}.", inner);
}

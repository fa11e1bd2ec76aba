using System.Buffers.Binary;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Backups.Packs;

/// <summary>The pages of a database that changed since the last time: "WSPACK1\n", then for each its number (4 bytes, little-endian) and its 4,096 encrypted bytes.</summary>
internal static class Pack
{
    private const int EntryBytes = sizeof(int) + EncryptedDatabase.PageBytes;
    private const int EntriesPerWrite = 64;

    private static readonly byte[] Magic = "WSPACK1\n"u8.ToArray();

    /// <summary>Numbers of the pages whose stamp is another than before, or that were not there.</summary>
    public static List<int> Changed(ReadOnlySpan<byte> before, ReadOnlySpan<byte> now)
    {
        var pages = new List<int>();
        for (var at = 0; at < now.Length; at += PinnedDatabase.StampBytes)
        {
            if (at >= before.Length || !now.Slice(at, PinnedDatabase.StampBytes).SequenceEqual(before.Slice(at, PinnedDatabase.StampBytes)))
            {
                pages.Add((at / PinnedDatabase.StampBytes) + 1);
            }
        }

        return pages;
    }

    public static async Task WriteAsync(PinnedDatabase held, List<int> pages, Stream output, CancellationToken cancel)
    {
        await output.WriteAsync(Magic, cancel);
        var buffer = new byte[EntriesPerWrite * EntryBytes];
        var filled = 0;
        foreach (var page in pages)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(filled), page);
            held.ReadPages(page, buffer.AsSpan(filled + sizeof(int), EncryptedDatabase.PageBytes));
            filled += EntryBytes;
            if (filled == buffer.Length)
            {
                await output.WriteAsync(buffer, cancel);
                filled = 0;
            }
        }

        await output.WriteAsync(buffer.AsMemory(0, filled), cancel);
    }

    /// <summary>Lays the pages over a database file.</summary>
    /// <param name="name">The object's name, for the failure.</param>
    public static async Task ApplyAsync(Stream pack, FileStream file, string name, CancellationToken cancel)
    {
        var magic = new byte[Magic.Length];
        if (await pack.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancel) < magic.Length || !magic.AsSpan().SequenceEqual(Magic))
        {
            throw Damage.Of(name, "is no pack of pages");
        }

        var entry = new byte[EntryBytes];
        int read;
        while ((read = await pack.ReadAtLeastAsync(entry, entry.Length, throwOnEndOfStream: false, cancel)) == entry.Length)
        {
            var page = BinaryPrimitives.ReadInt32LittleEndian(entry);
            if (page < 1)
            {
                throw Damage.Of(name, "names a page that cannot be");
            }

            await RandomAccess.WriteAsync(file.SafeFileHandle, entry.AsMemory(sizeof(int)), (long)(page - 1) * EncryptedDatabase.PageBytes, cancel);
        }

        if (read != 0)
        {
            throw Damage.Of(name, "ends within a page");
        }
    }
}

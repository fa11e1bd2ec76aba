using System.Security.Cryptography;
using WorkspaceServer.Features.Backups.Stores;
using Xunit;

namespace WorkspaceServer.Testing;

/// <summary>What every object store must do, whichever it is: the same checks for all.</summary>
internal static class ObjectStoreContract
{
    /// <param name="store">Empty.</param>
    /// <param name="partBytes">Above this length it may do otherwise than below.</param>
    /// <param name="knowsAges">Whether the server behind it says when an upload was begun. For moto each began in 2010.</param>
    public static async Task CheckAsync(IObjectStore store, int partBytes, CancellationToken cancel, bool knowsAges = true)
    {
        await GivesBackWhatWasPutAsync(store, partBytes, cancel);
        await NeverOverwritesAsync(store, cancel);
        await LeavesNothingBehindWhenAWriterFailsAsync(store, partBytes, cancel);
        await SaysWhatIsMissingAsync(store, cancel);
        await ListsByPrefixInOrderAsync(store, cancel);
        await RefusesNamesThatLeaveItsPlaceAsync(store, cancel);
        await RemovesUnfinishedUploadsThatAreItsOwnAndOldEnoughAsync(store, partBytes, knowsAges, cancel);
    }

    public static async Task<byte[]> ReadAsync(IObjectStore store, string name, CancellationToken cancel)
    {
        await using var stream = await store.OpenAsync(name, cancel);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancel);
        return bytes.ToArray();
    }

    public static Task PutAsync(IObjectStore store, string name, byte[] content, CancellationToken cancel) =>
        store.PutAsync(name, stream => stream.WriteAsync(content, cancel).AsTask(), keepUntil: null, cancel);

    private static async Task GivesBackWhatWasPutAsync(IObjectStore store, int partBytes, CancellationToken cancel)
    {
        foreach (var length in (int[])[0, 1, partBytes - 1, partBytes, partBytes + 1, (2 * partBytes) + 17])
        {
            var content = RandomNumberGenerator.GetBytes(length);
            await PutAsync(store, $"sizes/{length}", content, cancel);
            Assert.Equal(content, await ReadAsync(store, $"sizes/{length}", cancel));
        }

        var sizes = await ListAsync(store, "sizes/", cancel);
        Assert.All(sizes, found => Assert.Equal(found.Name, $"sizes/{found.Bytes}"));
        Assert.Equal(6, sizes.Count);
        foreach (var found in sizes)
        {
            await store.DeleteAsync(found.Name, cancel);
        }

        Assert.Empty(await ListAsync(store, "sizes/", cancel));
    }

    private static async Task NeverOverwritesAsync(IObjectStore store, CancellationToken cancel)
    {
        await PutAsync(store, "once", [1], cancel);
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => PutAsync(store, "once", [2], cancel));
        Assert.Contains("once", error.Message, StringComparison.Ordinal);
        Assert.Equal([1], await ReadAsync(store, "once", cancel));
    }

    private static async Task LeavesNothingBehindWhenAWriterFailsAsync(IObjectStore store, int partBytes, CancellationToken cancel)
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.PutAsync(
            "broken/off",
            async stream =>
            {
                await stream.WriteAsync(new byte[(2 * partBytes) + 1], cancel);
                throw new InvalidOperationException("the writer fails");
            },
            keepUntil: null,
            cancel));
        Assert.Empty(await ListAsync(store, "broken/", cancel));
        await PutAsync(store, "broken/off", [3], cancel);
    }

    private static async Task SaysWhatIsMissingAsync(IObjectStore store, CancellationToken cancel)
    {
        var error = await Assert.ThrowsAsync<ObjectMissingException>(() => store.OpenAsync("not/there", cancel));
        Assert.Equal("not/there", error.Name);
        await store.DeleteAsync("not/there", cancel);
        await store.DeleteAsync("once", cancel);
        await Assert.ThrowsAsync<ObjectMissingException>(() => store.OpenAsync("once", cancel));
    }

    private static async Task ListsByPrefixInOrderAsync(IObjectStore store, CancellationToken cancel)
    {
        foreach (var name in (string[])["list/b", "list/a/2", "list/a/1", "lists/no"])
        {
            await PutAsync(store, name, [7], cancel);
        }

        Assert.Equal(["list/a/1", "list/a/2", "list/b"], (await ListAsync(store, "list/", cancel)).Select(found => found.Name));
        Assert.Empty(await ListAsync(store, "nothing/", cancel));
    }

    private static async Task RefusesNamesThatLeaveItsPlaceAsync(IObjectStore store, CancellationToken cancel)
    {
        foreach (var name in (string[])["", "../up", "a/../../up", "/etc/x", "a//b", "a/", ".hidden", "UPPER", "a b", "a\0b", new string('a', 201)])
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => PutAsync(store, name, [1], cancel));
            await Assert.ThrowsAnyAsync<ArgumentException>(() => store.OpenAsync(name, cancel));
        }
    }

    private static async Task RemovesUnfinishedUploadsThatAreItsOwnAndOldEnoughAsync(IObjectStore store, int partBytes, bool knowsAges, CancellationToken cancel)
    {
        const string Ours = "unfinished/a";
        var now = TimeProvider.System.GetUtcNow();
        var content = RandomNumberGenerator.GetBytes((2 * partBytes) + 1);
        async Task PutAsync(string name, DateTimeOffset before, string[] removed) => await store.PutAsync(
            name,
            async stream =>
            {
                await stream.WriteAsync(content, cancel);
                Assert.Equal(removed, await store.RemoveUnfinishedAsync(each => each == Ours, before, cancel));
            },
            keepUntil: null,
            cancel);

        // Somebody else's, and one that is too young, go on as if nothing were.
        await PutAsync("unfinished/other", now.AddHours(1), []);
        await PutAsync("unfinished/a", knowsAges ? now.AddHours(-1) : DateTimeOffset.UnixEpoch, []);
        Assert.Equal(content, await ReadAsync(store, Ours, cancel));
        Assert.Equal(content, await ReadAsync(store, "unfinished/other", cancel));

        // What is whole is no leftover.
        Assert.Empty(await store.RemoveUnfinishedAsync(_ => true, now.AddHours(1), cancel));
        await store.DeleteAsync(Ours, cancel);

        await Assert.ThrowsAnyAsync<ObjectStoreException>(() => PutAsync(Ours, now.AddHours(1), [Ours]));
        Assert.Empty(await store.RemoveUnfinishedAsync(_ => true, now.AddHours(1), cancel));
        Assert.Equal(["unfinished/other"], (await ListAsync(store, "unfinished/", cancel)).Select(found => found.Name));
    }

    private static async Task<List<ObjectInfo>> ListAsync(IObjectStore store, string prefix, CancellationToken cancel)
    {
        var all = new List<ObjectInfo>();
        await foreach (var found in store.ListAsync(prefix, cancel))
        {
            all.Add(found);
        }

        return all;
    }
}

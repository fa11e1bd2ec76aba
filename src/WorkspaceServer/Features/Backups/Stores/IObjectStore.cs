using System.Buffers;

namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>What a store says of one object.</summary>
/// <param name="Version">Which version of it was meant, in a store that keeps versions; null in others.</param>
internal sealed record ObjectInfo(string Name, long Bytes, string? Version = null);

/// <summary>Where backups go. An object appears whole or not at all, and none is ever overwritten.</summary>
internal interface IObjectStore : IDisposable
{
    /// <summary>Where it is, for people.</summary>
    string Description { get; }

    /// <summary>What the store itself does against whoever has its key and means harm.</summary>
    /// <exception cref="ObjectStoreException">The store failed.</exception>
    Task<StoreProtection> ProtectionAsync(CancellationToken cancel);

    /// <summary>Makes an object of what <paramref name="write"/> writes. If that throws, there is no object.</summary>
    /// <param name="keepUntil">Where the store has object lock: until then nobody can delete it. Null: it can be deleted at once.</param>
    /// <exception cref="ObjectStoreException">There is one of this name, or the store failed.</exception>
    Task PutAsync(string name, Func<Stream, Task> write, DateTimeOffset? keepUntil, CancellationToken cancel);

    /// <summary>Where the store has object lock: until then nobody can delete it either. What is locked for longer stays so.</summary>
    /// <param name="found">As it was listed.</param>
    Task KeepAsync(ObjectInfo found, DateTimeOffset until, CancellationToken cancel);

    /// <summary>The object's bytes. The caller disposes the stream.</summary>
    /// <exception cref="ObjectMissingException">There is no such object.</exception>
    Task<Stream> OpenAsync(string name, CancellationToken cancel);

    /// <summary>Every object whose name begins with <paramref name="prefix"/>, in the order of their names.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancel);

    /// <summary>Removes an object, and what somebody put over it stays. Nothing there is no error.</summary>
    /// <exception cref="ObjectKeptException">The store does not let go of it yet.</exception>
    Task DeleteAsync(string name, CancellationToken cancel);

    /// <summary>Removes what uploads left that were begun and never ended: no object of theirs can be seen, but it takes space and costs money.</summary>
    /// <param name="isOurs">Asked with the name of the object that it would have become; what is somebody else's stays.</param>
    /// <param name="before">Uploads that did something since stay: they may be going on.</param>
    /// <returns>Names of the objects that they would have become.</returns>
    Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Func<string, bool> isOurs, DateTimeOffset before, CancellationToken cancel);
}

/// <summary>A store that cannot be reached, refuses, or has what it must not have. The message names no secret.</summary>
internal class ObjectStoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>An object that is not there.</summary>
internal sealed class ObjectMissingException(string name, Exception? inner = null) : ObjectStoreException($"The object {name} is missing from the store.", inner)
{
    public string Name { get; } = name;
}

/// <summary>An object that the store does not delete, because it is locked or because this key may not.</summary>
internal sealed class ObjectKeptException(string name, string why, Exception? inner = null) : ObjectStoreException($"The store keeps {name}: {why}.", inner);

/// <summary>Names of objects: what every store and file system takes as it is.</summary>
internal static class ObjectNames
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxLength = 200;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-./");

    /// <exception cref="ArgumentException">The name could leave its place or is not one of ours.</exception>
    public static void Require(string name)
    {
        if (!IsFine(name))
        {
            throw new ArgumentException($"'{name}' is no name for an object.", nameof(name));
        }
    }

    /// <summary>Whether it is a name that <see cref="Require"/> takes.</summary>
    public static bool IsFine(string name) => AreFine(name) && !name.EndsWith('/');

    public static bool AreFine(string name) =>
        name.Length is > 0 and <= MaxLength && !name.AsSpan().ContainsAnyExcept(Allowed) && name.TrimEnd('/').Split('/').All(part => part.Length > 0 && part[0] != '.');
}

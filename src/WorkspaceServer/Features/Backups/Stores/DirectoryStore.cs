using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>A store in a folder: another disk, or a mount of another machine. Folders 0700, files 0600.</summary>
internal sealed class DirectoryStore(string root) : IObjectStore
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // No object's name begins with a dot. Sixteen hexadecimal digits and the last part of the object's name follow.
    private const string PartialPrefix = ".partial-";
    private const int PartialDigits = 16;

    private readonly string root = Path.GetFullPath(root);

    public string Description => root;

    public Task<StoreProtection> ProtectionAsync(CancellationToken cancel) => Task.FromResult(StoreProtection.OfFolder);

    public async Task PutAsync(string name, Func<Stream, Task> write, DateTimeOffset? keepUntil, CancellationToken cancel)
    {
        var path = PathOf(name);
        var folder = Path.GetDirectoryName(path)!;
        var partial = Path.Combine(folder, $"{PartialPrefix}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PartialDigits / 2))}-{Path.GetFileName(path)}");
        try
        {
            Directory.CreateDirectory(folder, OwnerFolder);
            await using (var file = new FileStream(partial, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly, BufferSize = 1 << 17 }))
            {
                await write(file);
                await file.FlushAsync(cancel);
                file.Flush(flushToDisk: true);
            }

            FinishedFile.MoveTo(partial, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException($"The object {name} cannot be written to {root}: {error.Message}", error);
        }
        finally
        {
            if (File.Exists(partial))
            {
                File.Delete(partial);
            }
        }
    }

    public Task<Stream> OpenAsync(string name, CancellationToken cancel)
    {
        try
        {
            return Task.FromResult<Stream>(new FileStream(PathOf(name), new FileStreamOptions { Access = FileAccess.Read, BufferSize = 0, Options = FileOptions.SequentialScan }));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ObjectMissingException(name, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException($"The object {name} cannot be read from {root}: {error.Message}", error);
        }
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        var start = prefix.LastIndexOf('/') is >= 0 and var slash ? Path.Combine(root, prefix[..slash]) : root;
        if (!Directory.Exists(start))
        {
            yield break;
        }

        var found = Directory.EnumerateFiles(start, "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetFileName(file).StartsWith('.'))
            .Select(file => (Name: Path.GetRelativePath(root, file), File: file))
            .Where(each => each.Name.StartsWith(prefix, StringComparison.Ordinal));
        foreach (var (name, file) in found.OrderBy(each => each.Name, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            yield return new ObjectInfo(name, new FileInfo(file).Length);
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancel)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (DirectoryNotFoundException)
        {
            // Then the object is not there either.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException($"The object {name} cannot be deleted from {root}: {error.Message}", error);
        }

        return Task.CompletedTask;
    }

    public Task KeepAsync(ObjectInfo found, DateTimeOffset until, CancellationToken cancel) => Task.CompletedTask;

    public Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Func<string, bool> isOurs, DateTimeOffset before, CancellationToken cancel)
    {
        var removed = new List<string>();
        try
        {
            // Links are not followed: they lead to what somebody else put there.
            var everywhere = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
            foreach (var file in Directory.Exists(root) ? Directory.EnumerateFiles(root, PartialPrefix + "*", everywhere).ToArray() : [])
            {
                cancel.ThrowIfCancellationRequested();
                if (TryReadPartial(file, out var name) && isOurs(name) && File.GetLastWriteTimeUtc(file) < before.UtcDateTime)
                {
                    File.Delete(file);
                    removed.Add(name);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException($"Unfinished uploads cannot be removed from {root}: {error.Message}", error);
        }

        return Task.FromResult<IReadOnlyList<string>>([.. removed.Order(StringComparer.Ordinal)]);
    }

    public void Dispose()
    {
    }

    /// <summary>The object that a partial file would have become.</summary>
    private bool TryReadPartial(string file, out string name)
    {
        var rest = Path.GetFileName(file)[PartialPrefix.Length..];
        var isPartial = rest.Length > PartialDigits + 1 && rest[PartialDigits] == '-' && rest[..PartialDigits].All(char.IsAsciiHexDigitLower);
        name = isPartial ? Path.GetRelativePath(root, Path.Combine(Path.GetDirectoryName(file)!, rest[(PartialDigits + 1)..])) : "";
        return isPartial && ObjectNames.IsFine(name);
    }

    private string PathOf(string name)
    {
        ObjectNames.Require(name);
        return Path.Combine(root, name);
    }
}

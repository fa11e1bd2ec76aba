using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>Whoever can write to the store can stop a restore, and not change what it brings back. The failure names the object.</summary>
[Trait("claim", "A98")]
public sealed class DamagedBackupTests : IAsyncDisposable
{
    private readonly BackupHouse house = new();
    private WorkspaceId books;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Theory]
    [InlineData(".db.age", 0)]
    [InlineData(".db.age", 1)]
    [InlineData(".totals.age", 1)]
    public async Task AFlippedByteIsFound(string kind, int place)
    {
        var generation = await BackUpAsync();
        var name = ObjectOf(generation, kind);
        var bytes = await File.ReadAllBytesAsync(house.ObjectFile(name), Cancel);
        bytes[place == 0 ? 5 : bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(house.ObjectFile(name), bytes, Cancel);

        await RefusedAsync(name);
    }

    [Fact]
    public async Task ACutOffObjectIsFound()
    {
        var name = ObjectOf(await BackUpAsync(), ".db.age");
        await using (var file = File.OpenWrite(house.ObjectFile(name)))
        {
            file.SetLength(file.Length - 4096);
        }

        await RefusedAsync(name);
    }

    [Fact]
    public async Task AMissingObjectIsFound()
    {
        var name = ObjectOf(await BackUpAsync(), ".db.age");
        File.Delete(house.ObjectFile(name));

        var error = await Assert.ThrowsAsync<ObjectMissingException>(() => house.RestoreAsync(Cancel));
        Assert.Equal(name, error.Name);
    }

    [Fact]
    public async Task AnOlderObjectUnderTheNameOfANewerOneIsFound()
    {
        var old = await BackUpAsync();
        await house.Workspaces.LoadAsync(books, SmallBooks.Invoices, [[1, "P1", "2025-04-01", 5, SqlValue.Null]], Cancel);
        var name = ObjectOf(await BackUpAsync(), ".db.age");
        File.Copy(house.ObjectFile(ObjectOf(old, ".db.age")), house.ObjectFile(name), overwrite: true);

        await RefusedAsync(name);
    }

    [Fact]
    public async Task AnOlderGenerationUnderTheNameOfANewerOneIsFound()
    {
        var old = GenerationShelf.NameOf(await BackUpAsync());
        await house.Workspaces.LoadAsync(books, SmallBooks.Invoices, [[1, "P1", "2025-04-01", 5, SqlValue.Null]], Cancel);
        var name = GenerationShelf.NameOf(await BackUpAsync());
        File.Copy(house.ObjectFile(old), house.ObjectFile(name), overwrite: true);

        await RefusedAsync(name);
    }

    [Fact]
    public async Task AGenerationSignedByAnotherMasterKeyIsFound()
    {
        var name = GenerationShelf.NameOf(await BackUpAsync());
        MasterKey.Create(house.File("other.key"));
        using var other = MasterKey.Load(house.File("other.key"));

        var error = await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel, master: other));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Equal(12, error.Code.ExitCode);
    }

    [Fact]
    public async Task AnotherIdentityCannotDecrypt()
    {
        await BackUpAsync();
        using var other = AgeIdentity.Create();

        var error = await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel, identity: other));
        Assert.Equal((ProblemCodes.CannotDecrypt, 11), (error.Code, error.Code.ExitCode));
        Assert.Contains("files/control/", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyStoreHasNoBackup_AndAFolderWithDataIsNotTouched()
    {
        var empty = await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel));
        Assert.Equal((ProblemCodes.NoBackup, 10), (empty.Code, empty.Code.ExitCode));

        await BackUpAsync();
        var restore = new Features.Backups.Restore.FullRestore(house.Store, house.Workspaces.Master, [house.Identity], house.Workspaces.Clock);
        var full = await Assert.ThrowsAsync<ProblemException>(() => restore.RunAsync(house.Workspaces.Folder.Path, null, null, null, (_, _) => { }, Cancel));
        Assert.Equal(ProblemCodes.AlreadyExists, full.Code);
    }

    /// <summary>As the package makes it: the user of the service may write into the folder, and not beside it.</summary>
    [Fact]
    public async Task AnEmptyFolderThatIsThereIsFilledFromWithin()
    {
        await BackUpAsync();
        var parent = Directory.CreateTempSubdirectory();
        try
        {
            var target = Path.Combine(parent.FullName, "data");
            // What a restore that was cut short left.
            Directory.CreateDirectory(Path.Combine(target, ".restoring", "workspaces"));
            using var watch = new FileSystemWatcher(parent.FullName) { EnableRaisingEvents = true };
            var beside = new System.Collections.Concurrent.ConcurrentBag<string>();
            watch.Created += (_, made) => beside.Add(made.FullPath);
            watch.Renamed += (_, made) => beside.Add(made.FullPath);

            var restore = new Features.Backups.Restore.FullRestore(house.Store, house.Workspaces.Master, [house.Identity], house.Workspaces.Clock);
            await restore.RunAsync(target, null, null, null, (_, _) => { }, Cancel);

            Assert.Empty(beside);
            Assert.Equal(["audit.anchor", "control.db", "workspaces"], Directory.GetFileSystemEntries(target).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal));
        }
        finally
        {
            parent.Delete(recursive: true);
        }
    }

    /// <summary>Killed before or between any two of its moves, it leaves parts. The next one knows them for its own, and nothing else that is there.</summary>
    [Fact]
    public async Task ARestoreThatWasKilledWhileItMovedIsDoneAgain()
    {
        await BackUpAsync();
        var target = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var restore = new Features.Backups.Restore.FullRestore(house.Store, house.Workspaces.Master, [house.Identity], house.Workspaces.Clock);
            Task RunAsync() => restore.RunAsync(target, null, null, null, (_, _) => { }, Cancel);
            await RunAsync();
            string[] parts = ["audit.anchor", "workspaces", "control.db"];
            for (var moved = 0; moved < parts.Length; moved++)
            {
                var moving = Directory.CreateDirectory(Path.Combine(target, ".restored")).FullName;
                await File.WriteAllLinesAsync(Path.Combine(moving, ".parts"), [.. parts, "..", "../beside"], Cancel);
                foreach (var part in parts.Skip(moved))
                {
                    Directory.Move(Path.Combine(target, part), Path.Combine(moving, part));
                }

                await File.WriteAllTextAsync(Path.Combine(target, "somebody's"), "", Cancel);
                Assert.Equal(ProblemCodes.AlreadyExists, (await Assert.ThrowsAsync<ProblemException>(RunAsync)).Code);
                Assert.Equal(moved + 2, Directory.GetFileSystemEntries(target).Length);
                File.Delete(Path.Combine(target, "somebody's"));
                await RunAsync();
                Assert.Equal(parts.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(target).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal));
                Assert.Empty(TotalsStore.Compare("books", house.Totals(house.Workspaces.Folder.Path, books), house.Totals(target, books)));
            }

            // With the last part in its place a server may have begun on it.
            Directory.CreateDirectory(Path.Combine(target, ".restored"));
            await File.WriteAllLinesAsync(Path.Combine(target, ".restored", ".parts"), parts, Cancel);
            Assert.Equal(ProblemCodes.AlreadyExists, (await Assert.ThrowsAsync<ProblemException>(RunAsync)).Code);
            Assert.True(File.Exists(Path.Combine(target, "control.db")));
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private async Task<Generation> BackUpAsync()
    {
        if (house.Workspaces.Store.List().Count == 0)
        {
            books = house.Workspaces.Create();
            await SmallBooks.LoadAsync(house.Workspaces, books, Cancel);
        }

        return (await house.Runner.RunAsync(null, Cancel)).Generation;
    }

    private string ObjectOf(Generation generation, string kind) =>
        generation.Objects.Single(each => each.Name.StartsWith($"files/{books}/", StringComparison.Ordinal) && each.Name.EndsWith(kind, StringComparison.Ordinal)).Name;

    private async Task RefusedAsync(string name)
    {
        var error = await Assert.ThrowsAsync<ProblemException>(() => house.RestoreAsync(Cancel));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Equal(12, error.Code.ExitCode);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(house.StorePath)!), entry => entry.Contains("restored", StringComparison.Ordinal));
    }
}

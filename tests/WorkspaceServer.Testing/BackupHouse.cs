using Microsoft.Extensions.Logging.Abstractions;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Features.Backups.Restore;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Testing;

/// <summary>Workspaces with all that backs them up and brings them back: real files, a store in a folder, an identity of its own.</summary>
internal sealed class BackupHouse : IAsyncDisposable
{
    private readonly TemporaryFolder root = new();

    /// <param name="store">Not given: a folder.</param>
    public BackupHouse(TimeProvider? clock = null, BackupOptions? options = null, IObjectStore? store = null)
    {
        Workspaces = new TemporaryWorkspaces(clock);
        Identity = AgeIdentity.Create();
        StorePath = root.File("store");
        Options = (options ?? new BackupOptions()) with { Recipients = [Identity.Recipient.ToString()], Directory = StorePath };
        Store = store ?? new DirectoryStore(StorePath);
        Signer = new BackupSigner(Workspaces.Master);
        Shelf = new GenerationShelf(Store, Signer);
        Databases = new BackedUpDatabases(Workspaces.Store, Workspaces.Folder, Workspaces.Master);
        Runs = new BackupStore(Workspaces.Control);
        Stamps = new Stamps(Workspaces.Folder);
        Recipients = new RecipientWatch(Options, Runs, Workspaces.Audit, Workspaces.Clock);
        Runner = new BackupRunner(Options, Databases, Runs, Recipients, Stamps, Store, Signer, Workspaces.Audit, Workspaces.Folder, Workspaces.Clock);
        Packs = new PackRunner(Options, Databases, Recipients, Stamps, Store, Signer, Workspaces.Folder, Workspaces.Clock);
        Leftovers = new LeftoverSweeper(Runs, Databases, Store, Workspaces.Audit, Workspaces.Clock);
        Sweeper = new BackupSweeper(Options, Runs, Leftovers, Store, Signer, Workspaces.Audit, Workspaces.Clock);
        Health = new BackupHealth(Options, Runs, Workspaces.Clock);
        Progress = new BackupProgress(Signals, Workspaces.Clock);
        Timer = new BackupTimer(Options, Runs, Recipients, Runner, Packs, Sweeper, Wish, Progress, Workspaces.Clock, NullLogger<BackupTimer>.Instance);
    }

    public TemporaryWorkspaces Workspaces { get; }

    public BackupOptions Options { get; }

    public AgeIdentity Identity { get; }

    public string StorePath { get; }

    public IObjectStore Store { get; }

    public BackupSigner Signer { get; }

    public GenerationShelf Shelf { get; }

    public BackedUpDatabases Databases { get; }

    public BackupStore Runs { get; }

    public Stamps Stamps { get; }

    public RecipientWatch Recipients { get; }

    public BackupRunner Runner { get; }

    public PackRunner Packs { get; }

    public LeftoverSweeper Leftovers { get; }

    public BackupSweeper Sweeper { get; }

    public BackupHealth Health { get; }

    public BackupWish Wish { get; } = new();

    public Signals Signals { get; } = new();

    public BackupProgress Progress { get; }

    public BackupTimer Timer { get; }

    /// <summary>A path in a folder that is removed at the end.</summary>
    public string File(string name) => root.File(name);

    /// <summary>The file of an object.</summary>
    public string ObjectFile(string name) => Path.Combine(StorePath, name);

    /// <summary>Names of all objects.</summary>
    public IReadOnlyList<string> Objects() => [.. Directory.EnumerateFiles(StorePath, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(StorePath, file)).Order(StringComparer.Ordinal)];

    /// <summary>Restores into a new folder and gives its path.</summary>
    public async Task<(string Folder, RestoreResult Result)> RestoreAsync(CancellationToken cancel, DateTimeOffset? at = null, string? id = null, AgeIdentity? identity = null, MasterKey? master = null, int? sample = null)
    {
        var target = root.File("restored-" + Guid.CreateVersion7(DateTimeOffset.UnixEpoch).ToString("n"));
        var restore = new FullRestore(Store, master ?? Workspaces.Master, [identity ?? Identity], Workspaces.Clock);
        return (target, await restore.RunAsync(target, at, id, sample, (_, _) => { }, cancel));
    }

    /// <summary>What the tables of a workspace hold, in a data folder.</summary>
    public FileTotals Totals(string dataFolder, WorkspaceId workspace)
    {
        var folder = DataFolder.Open(dataFolder);
        using var key = KeyDerivation.ForWorkspace(Workspaces.Master, workspace, Workspaces.Store.Find(workspace)!.KeySalt);
        using var held = PinnedDatabase.Open(folder.DatabaseOf(workspace), key);
        return TotalsStore.Read(held.Connection);
    }

    public async ValueTask DisposeAsync()
    {
        Timer.Dispose();
        Signer.Dispose();
        Identity.Dispose();
        await Workspaces.DisposeAsync();
        root.Dispose();
    }
}

using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Testing;

/// <summary>What is in a home after its program was killed, read from the files themselves.</summary>
internal sealed class CrashedHome : IDisposable
{
    private readonly MasterKey master;
    private readonly ControlDatabase control;
    private readonly AuditMac mac;
    private readonly AuditVerifier verifier;
    private readonly AuditReconciler reconciler;

    public CrashedHome(string home)
    {
        SqlCipher.Initialize();
        master = MasterKey.Load(Path.Combine(home, "keys", "master.key"));
        Folder = DataFolder.Open(Path.Combine(home, "data"));
        control = ControlDatabase.Open(Folder, master);
        Workspaces = new WorkspaceStore(control);
        mac = AuditFeature.OpenMac(control, master);
        var chain = new AuditChain(mac);
        var rows = new AuditStore(control, chain);
        var anchor = new AuditAnchor(Folder, control, rows, chain);
        verifier = new AuditVerifier(control, rows, chain, anchor);
        reconciler = new AuditReconciler(Workspaces, Folder, rows);
        Tokens = new TokenStore(control, new AuditLog(rows, anchor, control, TimeProvider.System));
    }

    public DataFolder Folder { get; }

    public WorkspaceStore Workspaces { get; }

    public TokenStore Tokens { get; }

    public Workspace? Find(string name) => Workspaces.List().SingleOrDefault(workspace => workspace.Name == name);

    /// <summary>What is wrong with the files, whatever was being done.</summary>
    public IEnumerable<string> Damages()
    {
        using var key = KeyDerivation.ForControl(master);
        using var controlFile = EncryptedDatabase.Open(Folder.ControlDatabase, key, DatabaseAccess.ReadOnly);
        var damages = EncryptedDatabase.CheckIntegrity(controlFile).Select(damage => $"control database: {damage}").ToList();
        damages.AddRange(Folder.FindOpenToOthers().Select(path => $"open to others: {path}"));
        foreach (var workspace in Workspaces.List())
        {
            using var file = Open(workspace, DatabaseAccess.ReadWrite);
            damages.AddRange(EncryptedDatabase.CheckIntegrity(file).Concat(FullTextCheck.Damages(file)).Select(damage => $"workspace {workspace.Name}: {damage}"));
            foreach (var table in CatalogStore.Read(file).Tables)
            {
                var rows = Number(file, $"SELECT count(*) FROM {Identifiers.Quote(table.Schema.Name)}");
                damages.AddRange(rows == table.RowCount ? [] : [$"table {table.Schema.Name} has {rows} rows and should have {table.RowCount}"]);
            }
        }

        return damages;
    }

    /// <summary>Copies what the workspaces' logs hold into their files and takes the room that the logs keep, as SQLite does for whoever closes a file as the last one.</summary>
    public void EmptyLogs()
    {
        foreach (var workspace in Workspaces.List())
        {
            using var file = Open(workspace, DatabaseAccess.ReadWrite);
            Number(file, "PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    /// <summary>What `audit verify` would find.</summary>
    public IEnumerable<string> FindingsInTheAuditLog() => [.. verifier.Verify(null, default).Findings, .. reconciler.Reconcile(default).Findings];

    /// <summary>Rows by table of a workspace that is there.</summary>
    public IReadOnlyDictionary<string, long> Tables(string workspace)
    {
        using var file = Open(Find(workspace)!);
        return CatalogStore.Read(file).Tables.ToDictionary(table => table.Schema.Name, table => table.RowCount);
    }

    /// <summary>An hour later a table is loaded; what an interrupted load left in the file is then gone.</summary>
    public async Task<IReadOnlyList<string>> LeftoversAfterTheNextLoadAsync(string workspace)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TableLoads.MaxSilence + TimeSpan.FromMinutes(1));
        var found = Find(workspace)!;
        await using (var file = new WorkspaceFile(found.Id, Folder.DatabaseOf(found.Id), () => KeyDerivation.ForWorkspace(master, found.Id, found.KeySalt)))
        {
            var loads = new TableLoads(clock);
            var load = await loads.BeginAsync(file, new TableSchema("afterwards", [new("x", ColumnType.Integer)]), default);
            await loads.AppendAsync(file, load, [[1]], default);
            Assert.Equal(1, (await loads.CommitAsync(file, load, default)).RowCount);
        }

        using var connection = Open(found);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE name LIKE '\\_ws\\_load\\_%' ESCAPE '\\' UNION ALL SELECT 'load ' || number FROM _ws_load";
        using var rows = command.ExecuteReader();
        var names = new List<string>();
        while (rows.Read())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }

    /// <summary>Removes what cut-short backups left in a folder store, as the server does when it is old enough.</summary>
    /// <returns>Names of objects that no generation names, afterwards.</returns>
    public async Task<IReadOnlyList<string>> OrphansAfterTheNextSweepAsync(string storeFolder)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + LeftoverSweeper.MinAge + TimeSpan.FromHours(1));
        var chain = new AuditChain(mac);
        var rows = new AuditStore(control, chain);
        await using var audit = new AuditLog(rows, new AuditAnchor(Folder, control, rows, chain), control, clock);
        using var signer = new BackupSigner(master, BackupStore.EarlierSigners(control));
        using var store = new DirectoryStore(storeFolder);
        var runs = new BackupStore(control);
        var leftovers = new LeftoverSweeper(runs, new BackedUpDatabases(Workspaces, Folder, master), store, audit, clock);
        await new BackupSweeper(new BackupOptions(), runs, leftovers, store, signer, audit, clock).PruneAsync(default);

        var shelf = new GenerationShelf(store, signer);
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var whole in await shelf.WholeNamesAsync(default))
        {
            var generation = (await shelf.ReadAsync(whole, default)).Generation;
            foreach (var name in (string[])[whole, .. await shelf.PackNamesAsync(generation.Id, default)])
            {
                named.Add(name);
                named.UnionWith((await shelf.ReadAsync(name, default)).Generation.Objects.Select(each => each.Name));
            }
        }

        return [.. Directory.EnumerateFiles(storeFolder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(storeFolder, file)).Where(name => !named.Contains(name))];
    }

    public void Dispose()
    {
        control.Dispose();
        mac.Dispose();
        master.Dispose();
    }

    private SqliteConnection Open(Workspace workspace, DatabaseAccess access = DatabaseAccess.ReadOnly)
    {
        using var key = KeyDerivation.ForWorkspace(master, workspace.Id, workspace.KeySalt);
        return EncryptedDatabase.Open(Folder.DatabaseOf(workspace.Id), key, access);
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}

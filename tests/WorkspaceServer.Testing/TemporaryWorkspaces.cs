using Microsoft.Extensions.Logging.Abstractions;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;
using WorkspaceServer.Workspaces.Sync;
using WorkspaceServer.Workspaces.Workers;

namespace WorkspaceServer.Testing;

/// <summary>A whole server side without HTTP: real keys, real SQLCipher files, real sandbox workers, in a folder of its own.</summary>
internal sealed class TemporaryWorkspaces : IAsyncDisposable
{
    private readonly TemporaryFolder root = new();

    public TemporaryWorkspaces(TimeProvider? clock = null, Func<SandboxOptions, SandboxOptions>? configure = null, WorkspaceOptions? options = null)
    {
        Clock = clock ?? TimeProvider.System;
        MasterKeyFile = root.File("master.key");
        MasterKey.Create(MasterKeyFile);
        Master = MasterKey.Load(MasterKeyFile);
        Folder = DataFolder.Create(root.File("data"));
        Control = ControlDatabase.Create(Folder, Master);
        Mac = new AuditMac(Master);
        AuditChain = new AuditChain(Mac);
        AuditRows = new AuditStore(Control, AuditChain);
        AuditAnchor = new AuditAnchor(Folder, Control, AuditRows, AuditChain);
        Audit = new AuditLog(AuditRows, AuditAnchor, Control, Clock);
        Store = new WorkspaceStore(Control);
        Changes = new ChangeCounter(Control, Clock);
        Policy = new Policy(new AuthorityStore(Control), Changes, Clock);
        Lifecycle = new WorkspaceLifecycle(Store, Folder, Master, Clock);
        Open = new OpenWorkspaces(Store, Folder, Master, Changes, options ?? new WorkspaceOptions());
        var sandbox = new SandboxOptions { WorkerPath = WorkerPath };
        Trail = new StatementTrail(Folder, TimeProvider.System);
        Pool = new SandboxPool(configure?.Invoke(sandbox) ?? sandbox, TimeProvider.System, Trail, NullLogger<SandboxPool>.Instance);
        Gateway = new LocalWorkspaceGateway(Open, Pool, new TableLoads(Clock));
        Sync = new LocalSyncGateway(Open, Clock);
    }

    /// <summary>The sandbox worker that the build put beside the tests.</summary>
    public static string WorkerPath => Path.Combine(AppContext.BaseDirectory, "workspace-sandbox");

    public string MasterKeyFile { get; }

    public TimeProvider Clock { get; }

    public MasterKey Master { get; }

    public AuditMac Mac { get; }

    public DataFolder Folder { get; }

    public ControlDatabase Control { get; }

    public AuditChain AuditChain { get; }

    public AuditStore AuditRows { get; }

    public AuditAnchor AuditAnchor { get; }

    public AuditLog Audit { get; }

    public WorkspaceStore Store { get; }

    public ChangeCounter Changes { get; }

    public Policy Policy { get; }

    public WorkspaceLifecycle Lifecycle { get; }

    public OpenWorkspaces Open { get; }

    public StatementTrail Trail { get; }

    public SandboxPool Pool { get; }

    public LocalWorkspaceGateway Gateway { get; }

    public LocalSyncGateway Sync { get; }

    public string KeyFile => root.File("master.key");

    public WorkspaceId Create(string name = "Books") => Lifecycle.Create(name, (_, _) => { }).Id;

    /// <summary>Someone new who can sign in; gives their id.</summary>
    public string AddPerson(string email, bool isSuperAdmin = false)
    {
        var id = Guid.CreateVersion7(Clock.GetUtcNow()).ToString("n");
        using var connection = Control.Open();
        connection.Execute(
            "INSERT INTO person (id, email, email_key, name, system_role, created_at) VALUES (@id, @email, @key, @name, @role, @now)",
            ("@id", id),
            ("@email", email),
            ("@key", email.ToLowerInvariant()),
            ("@name", "Somebody"),
            ("@role", isSuperAdmin ? "super_admin" : "user"),
            ("@now", Clock.GetUtcNow().ToUnixTimeSeconds()));
        return id;
    }

    /// <summary>Loads a table in one go.</summary>
    public async Task<LoadedTable> LoadAsync(WorkspaceId workspace, TableSchema schema, IReadOnlyList<SqlValue[]> rows, CancellationToken cancel)
    {
        var load = await Gateway.BeginLoadAsync(workspace, schema, cancel);
        await Gateway.AppendAsync(workspace, load, rows, cancel);
        return await Gateway.CommitLoadAsync(workspace, load, cancel);
    }

    /// <summary>Asks as a caller who may see everything, with ordinary limits.</summary>
    public Task<QueryAnswer> AskAsync(WorkspaceId workspace, string sql, CancellationToken cancel, ReadAccess? access = null) =>
        QueryAsync(workspace, new QueryMessage(sql, access ?? ReadAccess.Everything, 200, 1 << 20, TimeSpan.FromSeconds(5)), cancel);

    /// <summary>Asks on a thread of its own, as each request does, so that several questions run at once.</summary>
    public Task<QueryAnswer> QueryAsync(WorkspaceId workspace, QueryMessage query, CancellationToken cancel) =>
        Task.Run(() => Gateway.QueryAsync(workspace, query, cancel), CancellationToken.None);

    /// <summary>Every table in the workspace's file, the server's own and those of unfinished loads among them.</summary>
    public IReadOnlyList<string> TablesInFile(WorkspaceId workspace)
    {
        using var key = KeyDerivation.ForWorkspace(Master, workspace, Store.Find(workspace)!.KeySalt);
        using var connection = EncryptedDatabase.Open(Folder.DatabaseOf(workspace), key, DatabaseAccess.ReadOnly);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        using var rows = command.ExecuteReader();
        var names = new List<string>();
        while (rows.Read())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }

    public async ValueTask DisposeAsync()
    {
        Pool.Dispose();
        Trail.Dispose();
        await Open.DisposeAsync();
        await Audit.DisposeAsync();
        Control.Dispose();
        Mac.Dispose();
        Master.Dispose();
        root.Dispose();
    }
}

using Microsoft.Data.Sqlite;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces;

/// <summary>One workspace in use: its writer, a reader for the catalog, and the sandbox handles made for its callers.</summary>
internal sealed class WorkspaceFile : IAsyncDisposable
{
    /// <summary>Callers with different hidden columns whose policies are kept; beyond that they are made anew.</summary>
    private const int MaxPolicies = 64;

    private static long lastHandle;
    private readonly string path;
    private readonly Func<SecretBytes> key;
    private readonly Lock gate = new();
    private readonly Dictionary<string, SandboxHandle> handles = [];
    private SqliteConnection? reader;
    private Catalog? catalog;

    public WorkspaceFile(WorkspaceId id, string path, Func<SecretBytes> key)
    {
        Id = id;
        this.path = path;
        this.key = key;
        Writer = new WriterQueue(() => Open(DatabaseAccess.ReadWrite));
    }

    public WorkspaceId Id { get; }

    public WriterQueue Writer { get; }

    /// <summary>Everything that is in the workspace, as of now.</summary>
    public Catalog Catalog()
    {
        lock (gate)
        {
            reader ??= Open(DatabaseAccess.ReadOnly);
            if (catalog is null || CatalogStore.Version(reader) != catalog.Version)
            {
                catalog = CatalogStore.Read(reader);
                handles.Clear();
            }

            return catalog;
        }
    }

    /// <summary>Reads with the server's own reader, which no writer waits for.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        lock (gate)
        {
            reader ??= Open(DatabaseAccess.ReadOnly);
            return read(reader);
        }
    }

    /// <summary>The catalog and the handle for a caller, as last seen; a worker that finds another version says so.</summary>
    public (Catalog Catalog, SandboxHandle Handle) HandleFor(ReadAccess access)
    {
        lock (gate)
        {
            var current = catalog ?? Catalog();
            var name = string.Join('\n', access.HiddenColumns.Order(StringComparer.Ordinal));
            if (!handles.TryGetValue(name, out var handle))
            {
                if (handles.Count >= MaxPolicies)
                {
                    handles.Clear();
                }

                handle = new SandboxHandle(Interlocked.Increment(ref lastHandle), Id, path, key, Visibility.Policy(current, access));
                handles.Add(name, handle);
            }

            return (current, handle);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        lock (gate)
        {
            reader?.Dispose();
            reader = null;
        }
    }

    private SqliteConnection Open(DatabaseAccess access)
    {
        using var bytes = key();
        return EncryptedDatabase.Open(path, bytes, access);
    }
}

using WorkspaceServer.Control;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Workspaces;

/// <summary>The workspaces in use. Cost follows these, not those that exist: the one unused for longest is closed.</summary>
internal sealed class OpenWorkspaces(WorkspaceStore store, DataFolder folder, MasterKey master, ChangeCounter changes, WorkspaceOptions options) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<WorkspaceId, Entry> open = [];
    private readonly LinkedList<Entry> byUse = [];
    private long revision;

    /// <summary>How many are open now.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return open.Count;
            }
        }
    }

    /// <summary>Keeps the workspace open until the lease is disposed.</summary>
    /// <exception cref="ProblemException">There is no such workspace.</exception>
    public Lease Use(WorkspaceId id)
    {
        List<Entry> closed;
        Entry entry;
        lock (gate)
        {
            closed = CloseDeleted();
            if (!open.TryGetValue(id, out entry!))
            {
                var workspace = store.Find(id) ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such workspace.");
                entry = new Entry(Open(workspace));
                open.Add(id, entry);
                byUse.AddFirst(entry.Node);
            }

            entry.Users++;
            byUse.Remove(entry.Node);
            byUse.AddFirst(entry.Node);
            closed.AddRange(CloseOldest());
        }

        _ = Task.WhenAll(closed.Select(each => each.File.DisposeAsync().AsTask()));
        return new Lease(this, entry);
    }

    /// <summary>Closes a workspace that is about to be removed.</summary>
    public async Task CloseAsync(WorkspaceId id)
    {
        Entry? entry;
        lock (gate)
        {
            if (open.Remove(id, out entry))
            {
                byUse.Remove(entry.Node);
            }
        }

        if (entry is not null)
        {
            await entry.File.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Entry[] all;
        lock (gate)
        {
            all = [.. open.Values];
            open.Clear();
            byUse.Clear();
        }

        foreach (var entry in all)
        {
            await entry.File.DisposeAsync();
        }
    }

    private WorkspaceFile Open(Workspace workspace)
    {
        var salt = workspace.KeySalt;
        return new WorkspaceFile(workspace.Id, folder.DatabaseOf(workspace.Id), () => KeyDerivation.ForWorkspace(master, workspace.Id, salt));
    }

    /// <summary>Another process may have deleted a workspace; then its file must not stay open here.</summary>
    private List<Entry> CloseDeleted()
    {
        var current = changes.Current;
        if (current == revision)
        {
            return [];
        }

        revision = current;
        var gone = open.Where(each => store.Find(each.Key) is null).Select(each => each.Value).ToList();
        gone.ForEach(Remove);
        return gone;
    }

    private List<Entry> CloseOldest()
    {
        var closed = new List<Entry>();
        for (var node = byUse.Last; node is not null && open.Count > options.MaxOpen; node = node.Previous)
        {
            if (node.Value.Users == 0)
            {
                closed.Add(node.Value);
            }
        }

        closed.ForEach(Remove);
        return closed;
    }

    private void Remove(Entry entry)
    {
        open.Remove(entry.File.Id);
        byUse.Remove(entry.Node);
    }

    private void Return(Entry entry)
    {
        lock (gate)
        {
            entry.Users--;
        }
    }

    public readonly struct Lease(OpenWorkspaces owner, Entry entry) : IDisposable
    {
        public WorkspaceFile File => entry.File;

        public void Dispose() => owner.Return(entry);
    }

    internal sealed class Entry
    {
        public Entry(WorkspaceFile file)
        {
            File = file;
            Node = new LinkedListNode<Entry>(this);
        }

        public WorkspaceFile File { get; }

        public LinkedListNode<Entry> Node { get; }

        public int Users { get; set; }
    }
}

using System.Diagnostics.CodeAnalysis;

namespace WorkspaceServer.Workspaces.Workers;

/// <summary>Serves the owners in turn, and each owner's items in their order, so that a long line of one delays no other.</summary>
/// <remarks>Not safe for several threads at once; its user holds a lock.</remarks>
internal sealed class FairQueue<TOwner, TItem>
    where TOwner : notnull
{
    private readonly Dictionary<TOwner, Queue<TItem>> lines = [];
    private readonly Queue<TOwner> turns = [];

    public int Count { get; private set; }

    public int CountOf(TOwner owner) => lines.TryGetValue(owner, out var line) ? line.Count : 0;

    public void Enqueue(TOwner owner, TItem item)
    {
        if (!lines.TryGetValue(owner, out var line))
        {
            lines.Add(owner, line = []);
            turns.Enqueue(owner);
        }

        line.Enqueue(item);
        Count++;
    }

    public bool TryDequeue([MaybeNullWhen(false)] out TItem item)
    {
        if (!turns.TryDequeue(out var owner))
        {
            item = default;
            return false;
        }

        var line = lines[owner];
        item = line.Dequeue();
        Count--;
        if (line.Count == 0)
        {
            lines.Remove(owner);
        }
        else
        {
            turns.Enqueue(owner);
        }

        return true;
    }
}

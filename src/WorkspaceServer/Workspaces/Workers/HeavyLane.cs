using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces.Workers;

/// <summary>The heavy statements: how many run, who waits for a turn, and the workers at the lowest priority that wait for the next one.</summary>
/// <remarks>Not safe for several threads at once; its user holds a lock.</remarks>
internal sealed class HeavyLane(SandboxOptions options)
{
    private readonly FairQueue<WorkspaceId, TaskCompletionSource<bool>> waiting = new();
    private readonly HeavyMemory known = new();

    /// <summary>Statements that run now, or were told that they may.</summary>
    public int Running { get; private set; }

    /// <summary>Statements that wait for a turn; those whose time was up meanwhile count until their turn comes.</summary>
    public int Waiting => waiting.Count;

    /// <summary>Workers that have dropped to the lowest priority and run nothing, the last used first.</summary>
    public List<SandboxSlot> Idle { get; } = [];

    /// <summary>One more, if as many do not run already.</summary>
    public bool TryBegin()
    {
        if (Running >= options.HeavyWorkers)
        {
            return false;
        }

        Running++;
        return true;
    }

    /// <summary>Takes a place in the queue; the task ends with true when the turn has come.</summary>
    /// <returns>False if too many wait already.</returns>
    public bool TryWait(WorkspaceId workspace, TaskCompletionSource<bool> turn)
    {
        if (waiting.Count >= options.MaxWaitingHeavy || waiting.CountOf(workspace) >= options.MaxWaitingHeavyPerWorkspace)
        {
            return false;
        }

        waiting.Enqueue(workspace, turn);
        Next();
        return true;
    }

    /// <summary>One has ended, or does not take its turn.</summary>
    public void End()
    {
        Running--;
        Next();
    }

    /// <summary>Keeps a worker: with the file and its pages at hand the next heavy statement starts faster, and need not wait for a process.</summary>
    /// <returns>One that is too many now, or null.</returns>
    public SandboxSlot? Keep(SandboxSlot slot)
    {
        Idle.Insert(0, slot);
        if (Idle.Count <= options.HeavyWorkers)
        {
            return null;
        }

        var last = Idle[^1];
        Idle.RemoveAt(Idle.Count - 1);
        return last;
    }

    /// <summary>True if this statement was heavy the last time, so that it need not be tried among the ordinary ones first.</summary>
    public bool Knows(WorkspaceId workspace, SandboxRequest request) => known.Has(workspace, request);

    /// <summary>What a heavy statement was like. One that was only just heavy starts among the ordinary ones again: there it may be done before its turn would come here.</summary>
    public void Note(SandboxSlot slot, SandboxRequest request) =>
        known.Note(slot.Workspace, request, slot.IsBroken || slot.ProcessorTime >= 2 * options.Slice);

    /// <summary>Tells all that wait that their turn will not come.</summary>
    public void Clear()
    {
        Idle.Clear();
        while (waiting.TryDequeue(out var turn))
        {
            turn.TrySetResult(false);
        }
    }

    private void Next()
    {
        while (Running < options.HeavyWorkers && waiting.TryDequeue(out var turn))
        {
            // Those whose time was up while they waited are still in the queue.
            if (turn.TrySetResult(true))
            {
                Running++;
            }
        }
    }
}

using WorkspaceServer.Vault;

namespace WorkspaceServer.Workspaces.Workers;

/// <summary>Each workspace's bucket of time at full priority, so that nobody gains by asking many just-not-heavy questions.</summary>
/// <remarks>Not safe for several threads at once; its user holds a lock.</remarks>
internal sealed class FastTime(SandboxOptions options, TimeProvider clock)
{
    /// <summary>Full buckets are forgotten when there are more than this many.</summary>
    private const int MaxBuckets = 1000;

    private readonly Dictionary<WorkspaceId, (double Milliseconds, long At)> buckets = [];

    /// <summary>How long a statement of this workspace may run before it counts as heavy.</summary>
    public TimeSpan SliceOf(WorkspaceId workspace) => Level(workspace) > 0 ? options.Slice : options.ShortSlice;

    /// <summary>How long this workspace's next statement has to wait. Only one that has overdrawn its bucket by a whole second's worth waits at all.</summary>
    public TimeSpan WaitOf(WorkspaceId workspace) => TimeSpan.FromSeconds(Math.Max(0, (-Full - Level(workspace)) / Full));

    /// <summary>What a statement has cost the others: nothing if it was short or heavy from its start, its slice and a fresh worker if it became heavy, a worker if that died.</summary>
    public TimeSpan CostOf(SandboxSlot slot, TimeSpan elapsed) =>
        slot.BeganHeavy ? TimeSpan.Zero
        : slot.State != SandboxSlotState.Ordinary ? slot.Slice + options.WorkerCost
        : slot.IsBroken ? options.WorkerCost
        : elapsed <= options.ShortSlice ? TimeSpan.Zero
        : slot.ProcessorTime;

    public void Charge(WorkspaceId workspace, TimeSpan used)
    {
        if (used <= options.ShortSlice)
        {
            return;
        }

        if (buckets.Count >= MaxBuckets)
        {
            foreach (var full in buckets.Keys.Where(each => Level(each) >= Full).ToArray())
            {
                buckets.Remove(full);
            }
        }

        buckets[workspace] = (Level(workspace) - used.TotalMilliseconds, clock.GetTimestamp());
    }

    private double Full => options.FastTimePerSecond.TotalMilliseconds;

    private double Level(WorkspaceId workspace) => buckets.TryGetValue(workspace, out var bucket)
        ? Math.Min(Full, bucket.Milliseconds + (Full * clock.GetElapsedTime(bucket.At).TotalSeconds))
        : Full;
}

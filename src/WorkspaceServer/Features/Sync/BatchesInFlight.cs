using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Sync;

/// <summary>How many batches of each workspace are being taken now. Each may hold 8 MiB, so there is a bound before anything of it is read.</summary>
internal sealed class BatchesInFlight(SyncOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<WorkspaceId, int> counts = [];

    /// <summary>A place, to be given back; null if there is none.</summary>
    public IDisposable? TryEnter(WorkspaceId workspace)
    {
        lock (gate)
        {
            var count = counts.GetValueOrDefault(workspace);
            if (count >= options.MaxBatchesInFlight)
            {
                return null;
            }

            counts[workspace] = count + 1;
            return new Place(this, workspace);
        }
    }

    private void Leave(WorkspaceId workspace)
    {
        lock (gate)
        {
            if (--counts[workspace] == 0)
            {
                counts.Remove(workspace);
            }
        }
    }

    private sealed class Place(BatchesInFlight owner, WorkspaceId workspace) : IDisposable
    {
        public void Dispose() => owner.Leave(workspace);
    }
}

using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Backups;

/// <summary>Whether the store itself keeps whoever has its key from deleting backups. One that does not is no failure: not every store can.</summary>
internal sealed class StoreLockCheck(BackupOptions options, IObjectStore store, TimeProvider clock) : ICheck
{
    /// <summary>How long the store may take to answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string Setting = "Backup:LockMode";

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel)
    {
        if (!options.IsOn)
        {
            return [Finding.Ok("there are no backups to lock", Setting) with { IsOff = true }];
        }

        using var late = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            var found = await store.ProtectionAsync(either.Token);
            return [Finding.Ok(found.Advice, options.Place) with { Cure = found.Cure, IsOff = found.Lock is null }];
        }
        catch (ObjectStoreException error)
        {
            return [Finding.Warn(error.Message, options.Place, "workspace-server backup configure (it tries the store)")];
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return [Finding.Warn($"The store does not answer within {Patience.TotalSeconds:0} seconds.", options.Place, "workspace-server backup configure (it tries the store)")];
        }
    }
}

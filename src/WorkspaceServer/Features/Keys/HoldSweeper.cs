using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Keys;

/// <summary>Destroys salt and files of workspaces whose hold is over, every hour.</summary>
internal sealed partial class HoldSweeper(WorkspaceLifecycle lifecycle, AuditLog audit, TimeProvider clock, ILogger<HoldSweeper> log) : BackgroundService
{
    public static readonly Recording Recording = Recording.As(AuditActions.WorkspaceDeleted);

    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Whether the log of the control database holds none of what was destroyed.</summary>
    private bool isForgotten = true;

    /// <returns>How many were destroyed.</returns>
    public int Sweep()
    {
        var destroyed = lifecycle.DestroyDue((connection, workspace, measure) => audit.Append(connection, new AuditEntry(AuditActions.WorkspaceDeleted)
        {
            Actor = AuditActor.Server,
            Target = ("workspace", workspace.Id.ToString()),
            Workspace = workspace.Id,
            Details = [.. measure.Details, ("held_until_ms", workspace.HeldUntil?.ToUnixTimeMilliseconds())],
        }));
        isForgotten = (isForgotten && destroyed == 0) || lifecycle.Forget();
        return destroyed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Sweep();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ProblemException or Vault.VaultException)
            {
                Failed(log, error);
            }

            await Task.Delay(Every, clock, stoppingToken);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Deleted workspaces whose hold is over could not all be destroyed. It is tried again in an hour.")]
    private static partial void Failed(ILogger logger, Exception error);
}

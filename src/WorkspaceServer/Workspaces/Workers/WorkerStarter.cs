using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces.Workers;

/// <summary>Starts the workers' processes, and says so in the log when one does not start.</summary>
internal sealed partial class WorkerStarter(SandboxOptions options, TimeProvider clock, ILogger log)
{
    /// <summary>A worker that did not start is tried again after this time: what stands in its way, such as too little memory, passes by itself.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private volatile bool isStopped;

    /// <summary>Takes a few milliseconds, so nobody should hold a lock meanwhile.</summary>
    /// <exception cref="VaultException">The worker's program cannot be started.</exception>
    public SandboxProcess Start() => SandboxProcess.Start(options.WorkerPath, options.LibraryPath);

    /// <summary>Starts one at the lowest priority.</summary>
    /// <returns>Null if it does not start now.</returns>
    public SandboxProcess? TryStartHeavy()
    {
        var process = TryStart();
        process?.Demote();
        return process;
    }

    /// <summary>Tries until one starts.</summary>
    /// <returns>Null once <see cref="Stop"/> was called.</returns>
    public async Task<SandboxProcess?> StartSurelyAsync()
    {
        while (!isStopped)
        {
            if (TryStart() is { } process)
            {
                return process;
            }

            await Task.Delay(RetryAfter, clock);
        }

        return null;
    }

    /// <summary>Nobody needs another worker.</summary>
    public void Stop() => isStopped = true;

    private SandboxProcess? TryStart()
    {
        try
        {
            return Start();
        }
        catch (VaultException error)
        {
            LogNotStarted(log, error);
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A sandbox worker did not start; it is tried again. Until then fewer questions run at the same time.")]
    private static partial void LogNotStarted(ILogger log, Exception error);
}

using Prometheus;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Hosting.Measures;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces.Workers;

namespace WorkspaceServer.Workspaces;

/// <summary>Open files, the sandbox's workers and queues, and the disk.</summary>
internal sealed class WorkspaceMeasures(ServerMeasures measures, OpenWorkspaces open, SandboxPool pool, DataFolder folder, IDiskProbe disk) : IMeasured
{
    private readonly Gauge openFiles = measures.Make.CreateGauge("workspace_databases_open", "Workspaces whose file is open.");
    private readonly Gauge workers = measures.Make.CreateGauge("workspace_sandbox_workers", "Processes that run statements.");
    private readonly Gauge queue = measures.Make.CreateGauge("workspace_sandbox_waiting", "Statements that wait for a worker.", ["kind"]);
    private readonly Gauge heavy = measures.Make.CreateGauge("workspace_sandbox_heavy", "Heavy statements that run now.");
    private readonly Counter demoted = measures.Make.CreateCounter("workspace_sandbox_demoted_total", "Statements that outlived their slice and became heavy.");
    private readonly Gauge free = measures.Make.CreateGauge("workspace_disk_free_bytes", "Room on the disk of the data folder.");
    private readonly Gauge size = measures.Make.CreateGauge("workspace_disk_size_bytes", "Size of the disk of the data folder.");

    public void Measure()
    {
        var status = pool.Status;
        openFiles.Set(open.Count);
        workers.Set(status.Workers);
        heavy.Set(status.Heavy);
        queue.WithLabels("heavy").Set(status.Waiting);
        queue.WithLabels("ordinary").Set(status.WaitingOrdinary);
        demoted.IncTo(status.Demoted);
        var space = disk.Space(folder.Path);
        free.Set(space.Free);
        size.Set(space.Total);
    }
}

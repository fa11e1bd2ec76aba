using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkspaceServer.Workspaces.Workers;

namespace WorkspaceServer.Features.Health;

/// <summary>Is there a worker to run statements?</summary>
internal sealed class WorkersCheck(SandboxPool pool) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(pool.Status.Workers > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
}

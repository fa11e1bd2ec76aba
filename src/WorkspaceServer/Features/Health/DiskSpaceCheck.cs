using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkspaceServer.Features.Health.Checks;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Health;

/// <summary>Is there room for what comes in?</summary>
internal sealed class DiskSpaceCheck(DataFolder folder, IDiskProbe disk) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(disk.Space(folder.Path).Free < DiskCheck.LeastFree ? HealthCheckResult.Unhealthy() : HealthCheckResult.Healthy());
}

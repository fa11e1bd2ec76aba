using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Health;

/// <summary>Can the control database be read?</summary>
internal sealed class ControlDatabaseCheck(ControlDatabase control) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT revision FROM change_counter");
        return Task.FromResult(command.ExecuteScalar() is long ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
    }
}

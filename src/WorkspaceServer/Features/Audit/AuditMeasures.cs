using Prometheus;
using WorkspaceServer.Hosting.Measures;

namespace WorkspaceServer.Features.Audit;

/// <summary>Entries that wait to be written: their callers wait with them.</summary>
internal sealed class AuditMeasures(ServerMeasures measures, AuditLog audit) : IMeasured
{
    private readonly Gauge waiting = measures.Make.CreateGauge("workspace_audit_waiting", "Audit entries that wait to be written.");

    public void Measure() => waiting.Set(audit.WaitingEntries);
}

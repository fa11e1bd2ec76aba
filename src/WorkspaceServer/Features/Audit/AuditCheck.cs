using System.Globalization;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Audit;

/// <summary>When somebody last walked the chain of the audit log, and whether it was whole.</summary>
internal sealed class AuditCheck(AuditStore store, TimeProvider clock) : QuickCheck
{
    private const string About = "audit log";
    private const string Cure = "workspace-server audit verify";

    /// <summary>How old the last verdict may be.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(8);

    protected override Finding Look(CheckRequest request)
    {
        if (store.Find(new AuditFilter(Action: AuditActions.AuditVerified.Name), 1) is not [var last])
        {
            return Finding.Warn("Its chain was never verified.", About, Cure);
        }

        var when = string.Create(CultureInfo.InvariantCulture, $"{last.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        return last.Row.Outcome != "ok" ? Finding.Fail($"Its chain was found broken at {when}: rows were changed or are missing.", About, $"{Cure}, then ops/runbooks/incident.md")
            : clock.GetUtcNow() - last.At > MaxAge ? Finding.Warn($"Its chain was last verified at {when}.", About, Cure)
            : Finding.Ok($"verified at {when}", About);
    }
}

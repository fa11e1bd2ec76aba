using Prometheus;
using WorkspaceServer.Hosting.Measures;

namespace WorkspaceServer.Features.Smoke;

/// <summary>When everything last worked for a made-up visitor, and whether it still did the last time.</summary>
internal sealed class SmokeMeasures(ServerMeasures measures, SmokeStore runs) : IMeasured
{
    private readonly Gauge lastGood = measures.Make.CreateGauge("workspace_smoke_last_good_timestamp_seconds", "When the last smoke test ended in which every path worked, in seconds since 1970; 0 if there is none.");
    private readonly Gauge lastFailed = measures.Make.CreateGauge("workspace_smoke_last_failed", "1 if a path failed in the last smoke test, 0 if not.");

    public void Measure()
    {
        var (good, failed) = runs.Standing();
        lastGood.Set(good?.ToUnixTimeSeconds() ?? 0);
        lastFailed.Set(failed ? 1 : 0);
    }
}

using System.Globalization;
using System.Reflection;
using Prometheus;

namespace WorkspaceServer.Hosting.Measures;

/// <summary>What the server counts and times, for GET /metrics. Each server has its own, so that two in one process do not mix.</summary>
/// <remarks>
/// Labels take few values, whoever calls: routes are patterns, never paths; methods and statuses are those of the standard; no label names a workspace,
/// a person or a token, of which there may be any number, and which are nobody's business who reads a dashboard.
/// </remarks>
internal sealed class ServerMeasures
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    private readonly Histogram duration;
    private readonly Counter requests;

    public ServerMeasures()
    {
        Make = Metrics.WithCustomRegistry(Registry);
        DotNetStats.Register(Registry);
        duration = Make.CreateHistogram("workspace_http_request_seconds", "Time from a request to the end of its answer.", ["route"], new HistogramConfiguration
        {
            Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
        });
        requests = Make.CreateCounter("workspace_http_requests_total", "Requests that were answered, by route, method and status.", ["route", "method", "status"]);
        var version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        Make.CreateGauge("workspace_server_info", "Always 1; the version is in the label.", ["version"]).WithLabels(version).Set(1);
    }

    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    /// <summary>Makes further ones.</summary>
    public IMetricFactory Make { get; }

    /// <param name="route">The pattern of the route, or "unmatched".</param>
    /// <param name="took">Null for an answer that stays open.</param>
    public void Answered(string method, string route, int status, TimeSpan? took)
    {
        if (took is { } time)
        {
            duration.WithLabels(route).Observe(time.TotalSeconds);
        }

        requests.WithLabels(route, Methods.Contains(method) ? method : "other", status.ToString(CultureInfo.InvariantCulture)).Inc();
    }
}

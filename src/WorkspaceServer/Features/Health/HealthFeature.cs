using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Health;

/// <summary>GET /healthz: the process answers. GET /readyz: everything it needs answers too.</summary>
internal static class HealthFeature
{
    private static readonly Recording NotRecorded = Recording.Nothing("says only whether the server is up");

    public static void AddHealth(this IServiceCollection services) =>
        services.AddHealthChecks().AddCheck<ControlDatabaseCheck>("control_database").AddCheck<DiskSpaceCheck>("disk").AddCheck<WorkersCheck>("sandbox");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync })
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, NotRecorded);
        routes.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = WriteAsync })
            .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, NotRecorded);
    }

    // Names and outcomes only; what exactly is wrong stands in the log.
    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new Answer(Word(report.Status), report.Entries.ToDictionary(entry => entry.Key, entry => Word(entry.Value.Status))), context.RequestAborted);

    private static string Word(HealthStatus status) => status == HealthStatus.Healthy ? "ok" : "failing";

    private sealed record Answer(string Status, IReadOnlyDictionary<string, string> Checks);
}

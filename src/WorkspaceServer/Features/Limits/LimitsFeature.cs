namespace WorkspaceServer.Features.Limits;

/// <summary>Plugs in what keeps counters of requests over a restart; the counting itself is in Hosting.</summary>
internal static class LimitsFeature
{
    public static void AddKeptCounters(this IServiceCollection services)
    {
        services.AddSingleton<KeptCountStore>();
        services.AddHostedService<KeptCounters>();
    }
}

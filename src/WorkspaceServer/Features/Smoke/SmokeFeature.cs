namespace WorkspaceServer.Features.Smoke;

/// <summary>Smoke tests, for verbs; the server only shows how the last one went.</summary>
internal static class SmokeFeature
{
    public static void AddSmoke(this IServiceCollection services)
    {
        services.AddSingleton<SmokeStore>();
        services.AddSingleton<SmokeServices>();
        services.AddSingleton<SmokeTest>();
    }

    /// <summary>For the server's metrics.</summary>
    public static void AddSmokeStanding(this IServiceCollection services) => services.AddSingleton<SmokeStore>();
}

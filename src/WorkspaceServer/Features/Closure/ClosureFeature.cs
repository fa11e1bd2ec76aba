namespace WorkspaceServer.Features.Closure;

/// <summary>Plugs in how somebody takes what is kept about them, and leaves.</summary>
internal static class ClosureFeature
{
    /// <summary>What verbs need of it, too.</summary>
    public static void AddClosure(this IServiceCollection services)
    {
        services.AddSingleton<ClosureStore>();
        services.AddSingleton<Closures>();
    }

    public static void AddClosurePages(this IServiceCollection services)
    {
        services.AddSingleton<PersonalDataStore>();
        services.AddSingleton<PersonalCopy>();
        services.AddSingleton<ClosureMails>();
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ClosurePages.Map(routes);
        DownloadCopy.Map(routes);
        OperatorClosures.Map(routes);
    }
}

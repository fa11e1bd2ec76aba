namespace WorkspaceServer.Features.Challenges;

/// <summary>Plugs the chosen challenge into the server.</summary>
internal static class ChallengesFeature
{
    public static void AddChallenges(this IServiceCollection services)
    {
        services.AddSingleton<ChallengeStore>();
        services.AddSingleton(provider => new TurnstileHttp(TurnstileHttp.CreateHandler(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<NoChallenge>();
        services.AddSingleton<TurnstileChallenge>();
        services.AddSingleton<IChallenge>(provider => provider.GetRequiredService<ChallengeOptions>().Provider == ChallengeProvider.Turnstile
            ? provider.GetRequiredService<TurnstileChallenge>()
            : provider.GetRequiredService<NoChallenge>());
    }
}

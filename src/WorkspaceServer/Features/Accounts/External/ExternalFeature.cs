using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>Plugs sign-in by an identity provider into the server.</summary>
internal static class ExternalFeature
{
    /// <summary>What verbs need of it, too.</summary>
    public static void AddExternalIdentities(this IServiceCollection services)
    {
        services.AddSingleton<ExternalStore>();
        services.AddSingleton<LocalSecretsStore>();
    }

    public static void AddExternalSignIn(this IServiceCollection services)
    {
        services.AddSingleton(provider => new IssuerHttp(IssuerHttp.CreateHandler(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OidcProvider>();
        services.AddSingleton<ClerkProvider>();
        services.AddSingleton<ExternalSignIn>();
    }

    /// <summary>Maps what the mode needs, and nothing of the others: no endpoint is there only to say no.</summary>
    public static void Map(IEndpointRouteBuilder routes, AuthMode mode)
    {
        switch (mode)
        {
            case AuthMode.Oidc:
                StartOidcSignIn.Map(routes);
                CompleteOidcSignIn.Map(routes);
                SignOut.MapElsewhere(routes);
                break;
            case AuthMode.Clerk:
                ExchangeClerkToken.Map(routes);
                ClerkSignInPage.Map(routes);
                SignOut.MapElsewhere(routes);
                break;
        }
    }

    /// <summary>Stops a server whose people sign in elsewhere if it still keeps what their passwords are checked against.</summary>
    public static void RefuseLocalSecrets(IServiceProvider services)
    {
        var mode = services.GetRequiredService<AuthOptions>().Mode;
        if (mode != AuthMode.Local && services.GetRequiredService<LocalSecretsStore>().HasAny())
        {
            var name = mode.ToString().ToLowerInvariant();
            throw new ProblemException(ProblemCodes.BadConfiguration, $"Auth:Mode is {name}, and passwords of this server are still stored. Wipe them: workspace-server auth switch {name} --yes");
        }
    }
}

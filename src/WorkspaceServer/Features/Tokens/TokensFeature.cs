using Microsoft.AspNetCore.Authentication;

namespace WorkspaceServer.Features.Tokens;

/// <summary>Plugs tokens into the server.</summary>
internal static class TokensFeature
{
    /// <summary>What makes, lists and revokes tokens; verbs need no more.</summary>
    public static void AddTokens(this IServiceCollection services)
    {
        services.AddSingleton<TokenStore>();
        services.AddSingleton<AccessTokenStore>();
        services.AddSingleton<TokenUsageStore>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<TokenCheck>();
    }

    public static void AddBearerAuthentication(this IServiceCollection services) => services
        .AddAuthentication()
        .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.Scheme, null);
}

using Microsoft.AspNetCore.Authentication;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Tokens.Handshakes;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

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
        services.AddSingleton<AiStops>();
    }

    /// <summary>The pages on which members make and end tokens, and learn how to use them.</summary>
    public static void AddTokenPages(this IServiceCollection services)
    {
        services.AddSingleton<TokenDesk>();
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Ai, 3, T.Later("Tokens"), "key", TokenPages.Behind, Permissions.TokensRead.Name));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        TokenPages.Map(routes);
    }

    public static void AddBearerAuthentication(this IServiceCollection services)
    {
        services.AddSingleton<HandshakeBook>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.Scheme, null);
    }
}

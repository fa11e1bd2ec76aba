using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Features.OAuth.Consent;
using WorkspaceServer.Features.OAuth.Doctor;
using WorkspaceServer.Features.OAuth.Exchange;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.OAuth.Stops;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.OAuth;

/// <summary>Plugs the authorization server for AI clients into the server (OAuth 2.1; MCP 2026-07-28, Authorization).</summary>
internal static class OAuthFeature
{
    /// <summary>What looks at grants and ends them; verbs need no more.</summary>
    public static void AddGrants(this IServiceCollection services)
    {
        services.AddSingleton<GrantStore>();
        services.AddSingleton<GrantBook>();
        services.AddSingleton<ClientStore>();
    }

    public static void AddAuthorizationServer(this IServiceCollection services)
    {
        services.AddSingleton(PublicNetwork.Real);
        services.AddSingleton<ClientDirectory>();
        services.AddSingleton<TokenPairStore>();
        services.AddSingleton<TokenDesk>();
        services.AddSingleton<ConsentDesk>();
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Ai, 0, T.Later("AI clients"), "plug", ClientPaths.Behind, Permissions.ClientsRead.Name));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ServerMetadata.Map(routes);
        RegisterClient.Map(routes);
        AuthorizePage.Map(routes);
        ExchangeTokens.Map(routes);
        RevokeToken.Map(routes);
        ListClients.Map(routes);
        NarrowClient.Map(routes);
        PauseClient.Map(routes);
        ResumeClient.Map(routes);
        RevokeClient.Map(routes);
        ConnectedPages.Map(routes);
        DoctorPages.Map(routes);
        DoctorApi.Map(routes);
        TestClientPage.Map(routes);
        StopAi.Map(routes);
        AiStopPages.Map(routes);
    }
}

using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents.Endpoints;
using WorkspaceServer.Hosting.Live;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Agents;

/// <summary>Plugs agents into the server: pairing, their tokens, and what people see of them.</summary>
internal static class AgentsFeature
{
    /// <summary>What makes pairing tokens, lists and revokes agents; verbs need no more.</summary>
    public static void AddAgents(this IServiceCollection services)
    {
        // Verbs have no pages that anybody would tell.
        services.TryAddSingleton<Signals>();
        services.AddSingleton<AgentStore>();
        services.AddSingleton<ServerKeyStore>();
        services.AddSingleton<ServerKeys>();
        services.AddSingleton<AgentDesk>();
    }

    public static void AddAgentAuthentication(this IServiceCollection services)
    {
        services.AddSingleton<AgentCheck>();
        services.AddSingleton<AgentTokens>();
        services.AddSingleton<AgentContacts>();
        services.AddSingleton<AgentPlaces>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, AgentAuthentication>(AgentAuthentication.Scheme, null);
    }

    /// <summary>The page on which people pair computers and end pairings.</summary>
    public static void AddAgentPages(this IServiceCollection services)
    {
        services.AddSingleton<SentRuns>();
        services.AddSingleton<AgentsLook>();
        services.AddSingleton<AgentPages.Shown>();
        services.AddSingleton<ShowAgent.Shown>();
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Data, 2, T.Later("Agents"), "agent", AgentPages.Behind, Permissions.AgentsRead.Name));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        AgentPages.Map(routes);
        ShowAgent.Map(routes);
        CreatePairingToken.Map(routes);
        ListPairingTokens.Map(routes);
        RevokePairingToken.Map(routes);
        ListAgents.Map(routes);
        RenameAgent.Map(routes);
        RevokeAgent.Map(routes);
        PairAgent.Map(routes);
        ExchangeAssertion.Map(routes);
        UnpairAgent.Map(routes);
    }
}

using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Proposals;

/// <summary>Plugs in what AI clients propose and people decide.</summary>
internal static class ProposalsFeature
{
    public static void AddProposals(this IServiceCollection services)
    {
        services.AddSingleton<ProposalStore>();
        services.AddSingleton<ProposalDesk>();
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Ai, 1, T.Later("Proposals"), "check", ProposalPaths.Behind, Permissions.ProposalsDecide.Name));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ProposalPages.Map(routes);
        ProposalsApi.Map(routes);
    }
}

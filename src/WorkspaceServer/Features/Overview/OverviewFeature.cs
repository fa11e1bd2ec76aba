using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Overview;

/// <summary>Plugs in the frame of the workspaces' pages, the list of one's workspaces, and their first pages.</summary>
internal static class OverviewFeature
{
    public static void AddOverview(this IServiceCollection services)
    {
        services.AddSingleton<AiActivity>();
        services.AddSingleton<NewWorkspaces>();
        services.AddSingleton<PersonalShells>();
        services.AddSingleton<IShells, WorkspaceShells>();
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Start, 0, T.Later("Overview"), "home", "", Permissions.WorkspaceRead.Name, InBar: true));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ShowHome.Map(routes);
        CreateWorkspace.Map(routes);
        ShowOverview.Map(routes);
        FirstData.Map(routes);
        LoadSample.Map(routes);
    }
}

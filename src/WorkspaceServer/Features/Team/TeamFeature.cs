using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Team;

/// <summary>Plugs in the pages about the people of a workspace. They change things through the services of Features/Access, as the JSON interface does.</summary>
internal static class TeamFeature
{
    public static void AddTeam(this IServiceCollection services)
    {
        services.AddSingleton<InvitationMails>();
        services.AddSingleton<MemberPages>();
        services.AddSingleton<SettingsStore>();
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Workspace, 10, T.Later("Team"), "team", "/team", Permissions.MembersRead.Name, InBar: true));
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Workspace, 30, T.Later("Access review"), "check", "/access-review", Permissions.AccessReview.Name));
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Workspace, 40, T.Later("Support"), "info", "/support", Permissions.SupportRead.Name));
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Workspace, 90, T.Later("Settings"), "settings", "/settings", Permissions.WorkspaceSettings.Name));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ShowTeam.Map(routes);
        Invite.Map(routes);
        JoinWorkspace.Map(routes);
        ChangeMember.Map(routes);
        Leave.Map(routes);
        MakeRole.Map(routes);
        ReviewAccess.Map(routes);
        SupportPage.Map(routes);
        SettingsPage.Map(routes);
    }
}

using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Team;

/// <summary>Where the pages about the people of a workspace are.</summary>
internal static class TeamPaths
{
    public const string Team = AccessPaths.Page + "/team";
    public const string Invite = Team + "/invite";
    public const string Withdraw = Team + "/withdraw";
    public const string NewRole = Team + "/roles/new";
    public const string DeleteRole = Team + "/roles/delete";
    public const string Member = Team + "/{person}";
    public const string ChangeRole = Member + "/role";
    public const string Suspend = Member + "/suspend";
    public const string Unsuspend = Member + "/unsuspend";
    public const string Remove = Member + "/remove";
    public const string Leave = AccessPaths.Page + "/leave";
    public const string Review = AccessPaths.Page + "/access-review";
    public const string Support = AccessPaths.Page + "/support";
    public const string EndSupport = Support + "/{grant}/end";
    public const string ReviewSupport = Support + "/{grant}/review";
    public const string Settings = AccessPaths.Page + "/settings";

    /// <summary>Where the link of an invitation leads.</summary>
    public const string Invitation = "/invitation";

    public static string Of(WorkspaceId workspace) => AccessPaths.PageOf(workspace) + "/team";

    public static string Of(WorkspaceId workspace, string person) => $"{Of(workspace)}/{person}";
}

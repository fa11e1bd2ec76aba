using System.Security.Claims;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Access.Reviews;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Team;

/// <summary>GET /w/{workspace}/team: who may do what, who is weakly protected, who is invited.</summary>
internal static class ShowTeam
{
    /// <summary>Who did not use the workspace for this long may not need it any more.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromDays(90);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(TeamPaths.Team, Handle)
        .Guarded(Authority.Needs(Permissions.MembersRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));

    private static IResult Handle(
        WorkspaceId workspace, ClaimsPrincipal user, Policy policy, WorkspaceStore workspaces, AccessReviews reviews, RoleBook roles, InvitationDesk desk, TimeProvider clock)
    {
        var me = Principal.Of(user)!;
        var may = policy.PermissionsOf(me, workspace);
        var (report, now) = (reviews.Report(workspace), clock.GetUtcNow());
        return Page.Of<TeamPage>(new TeamModel(
            workspaces.Find(workspace)!.Name,
            TeamPaths.Of(workspace),
            [.. report.Members.Select(member => Row(member, me, workspace, now))],
            may.Contains(Permissions.MembersInvite)
                ? [.. desk.List(workspace, before: null, InvitationDesk.MaxOpen).Where(each => each.StateAt(now) == "open").Select(each => new InvitedRow(each.Id, each.Email, Roles.NameOf(each.Role), each.ExpiresAt))]
                : [],
            [.. Permissions.OfWorkspaces.Select(permission => new PermissionRow(permission.Meaning.ToString(), [.. Roles.All.Reverse().Select(role => Roles.PermissionsOf(role).Contains(permission))]))],
            [.. roles.List(workspace).Select(role => new CustomRoleRow(role.Id, role.Name, Meanings(role.Grants), Meanings(role.Denials)))],
            new TeamRights(may.Contains(Permissions.MembersInvite), may.Contains(Permissions.RolesManage), may.Contains(Permissions.MembersRemove)),
            may.Contains(Permissions.AccessReview) ? report.DueAt : null,
            report.IsDue));
    }

    private static MemberRow Row(ReviewedMember member, Principal me, WorkspaceId workspace, DateTimeOffset now) => new(
        TeamPaths.Of(workspace, member.Person),
        member.Name.Length > 0 ? member.Name : member.Email,
        member.Email,
        string.Join(", ", [RoleWords.Of(member.Role), .. member.CustomRoles]),
        SignInText.Of(member.SecondFactor),
        SignInText.IsWeak(member.SecondFactor),
        member.LastUsed,
        member.IsSuspended,
        member.Person == me.PersonId,
        member.Person != me.PersonId && now - (member.LastUsed ?? member.Since) > Idle);

    private static string[] Meanings(PermissionSet permissions) => [.. permissions.Select(permission => permission.Meaning.ToString())];
}

/// <summary>How somebody signs in, in words.</summary>
internal static class SignInText
{
    public static string Of(SecondFactor factor) => factor switch
    {
        SecondFactor.Passkey => T["Passkey"],
        SecondFactor.App => T["Code app"],
        SecondFactor.Message => T["Codes by message"],
        SecondFactor.Provider => T["Organisation account"],
        _ => T["Password only"],
    };

    public static bool IsWeak(SecondFactor factor) => factor == SecondFactor.None;
}

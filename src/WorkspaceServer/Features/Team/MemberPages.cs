using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Reviews;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Team;

/// <summary>The page of one member, with the forms that this person may send.</summary>
internal sealed class MemberPages(Policy policy, AccessReviews reviews, RoleBook roles)
{
    /// <exception cref="ProblemException">There is no such member.</exception>
    public IResult Show(Principal me, WorkspaceId workspace, string person, FormProblems? problems)
    {
        var mine = policy.PermissionsOf(me, workspace);
        var member = reviews.Report(workspace).Members.FirstOrDefault(each => each.Person == person)
            ?? throw new ProblemException(ProblemCodes.NotFound, ProblemResponses.NothingHere);
        // Nobody touches whoever holds more than they do (decisions/0013); the service behind the form asks again.
        var theirs = PermissionSet.Of(member.Permissions.Select(Permissions.Get));
        var isYou = person == me.PersonId;
        var mayTouch = !isYou && theirs.Without(mine) == PermissionSet.Empty;
        return Page.Of<MemberPage>(
            new MemberModel(
                TeamPaths.Of(workspace),
                person,
                member.Name.Length > 0 ? member.Name : member.Email,
                member.Email,
                member.Role,
                [.. member.Permissions.Select(name => Permissions.Get(name).Meaning.ToString())],
                SignInText.Of(member.SecondFactor),
                SignInText.IsWeak(member.SecondFactor),
                member.LastUsed,
                member.IsSuspended,
                isYou,
                [.. member.Tokens.Select(token => token.Name)],
                mine.Contains(Permissions.ClientsRead) ? [.. ReviewAccess.ClientsOf(workspace, member)] : [],
                mayTouch && mine.Contains(Permissions.MembersChangeRole) ? [.. Invite.Giveable(mine).Select(Roles.NameOf)] : [],
                [.. roles.List(workspace).Select(role => new RoleChoice(role.Id, role.Name, member.CustomRoles.Contains(role.Name)))],
                mayTouch && mine.Contains(Permissions.MembersSuspend),
                mayTouch && mine.Contains(Permissions.MembersRemove),
                isYou && mine.Contains(Permissions.WorkspaceLeave),
                problems),
            problems?.Status ?? StatusCodes.Status200OK);
    }
}

using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Team;

/// <summary>GET /w/{workspace}/team/invite shows the form; POST sends an invitation by mail; POST /w/{workspace}/team/withdraw takes one back.</summary>
internal static class Invite
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TeamPaths.Invite, (WorkspaceId workspace, ClaimsPrincipal user, Policy policy) => View(workspace, user, policy, "", null))
            .Guarded(Authority.Needs(Permissions.MembersInvite.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("shows an empty form"));
        routes.MapPost(TeamPaths.Invite, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.MembersInvite.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.MemberInvited));
        routes.MapPost(TeamPaths.Withdraw, WithdrawAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.MembersInvite.Name), RateClasses.Pages, InputCheck.By<Withdrawn.Validator>(), Recording.As(AuditActions.InvitationRevoked));
    }

    private static async Task<IResult> HandleAsync(
        HttpContext context, WorkspaceId workspace, Policy policy, InvitationDesk desk, InvitationMails mails, WorkspaceStore workspaces)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        var person = SignedIn.Of(context.User);
        problems ??= Refused.Or(() =>
        {
            var issued = desk.Create(Principal.Person(person.PersonId), workspace, form.Email, Roles.Parse(form.Role));
            mails.Send(issued.Invitation, issued.Secret, workspaces.Find(workspace)!.Name, person.Name.Length > 0 ? person.Name : person.Email);
        });
        return problems is null ? SeeOther.To(TeamPaths.Of(workspace)) : View(workspace, context.User, policy, form.Email, problems);
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, WorkspaceId workspace, InvitationDesk desk)
    {
        var (form, problems) = await Form.ReadAsync(context, new Withdrawn.Validator());
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.NotFound, ProblemResponses.NothingHere);
        }

        desk.Revoke(Principal.Of(context.User)!, workspace, form.Invitation);
        return SeeOther.To(TeamPaths.Of(workspace));
    }

    private static IResult View(WorkspaceId workspace, ClaimsPrincipal user, Policy policy, string email, FormProblems? problems) => Page.Of<InvitePage>(
        new InviteModel(TeamPaths.Of(workspace), [.. Giveable(policy.PermissionsOf(Principal.Of(user)!, workspace)).Select(Roles.NameOf)], email, problems),
        problems?.Status ?? StatusCodes.Status200OK);

    /// <summary>The roles that somebody with these permissions may give: those that hold nothing they lack themselves.</summary>
    public static IEnumerable<Role> Giveable(PermissionSet mine) => Roles.All.Where(role => Roles.PermissionsOf(role).Without(mine) == PermissionSet.Empty);

    internal sealed record Fields(string Email, string Role);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Email).IsEmail();
            RuleFor(form => form.Role).Must(role => Roles.TryParse(role, out _)).WithMessage(_ => T["Choose a role."]);
        }
    }

    internal sealed record Withdrawn(string Invitation)
    {
        internal sealed class Validator : AbstractValidator<Withdrawn>
        {
            public Validator() => RuleFor(form => form.Invitation).Matches("^[0-9a-f]{32}$");
        }
    }
}

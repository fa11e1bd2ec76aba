using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Team;

/// <summary>GET /w/{workspace}/team/{person} shows a member; POSTs behind it (/role, /suspend, /unsuspend, /remove) change what they may do.</summary>
internal static class ChangeMember
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TeamPaths.Member, (WorkspaceId workspace, string person, ClaimsPrincipal user, MemberPages pages) => pages.Show(Principal.Of(user)!, workspace, person, null))
            .Guarded(Authority.Needs(Permissions.MembersRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(TeamPaths.ChangeRole, ChangeRoleAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.MembersChangeRole.Name, fresh: true), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.MemberRoleChanged));
        Button(routes, TeamPaths.Suspend, Permissions.MembersSuspend, Recording.As(AuditActions.MemberSuspended), (memberships, me, workspace, person) => memberships.Suspend(me, workspace, person));
        Button(routes, TeamPaths.Unsuspend, Permissions.MembersSuspend, Recording.As(AuditActions.MemberReinstated), (memberships, me, workspace, person) => memberships.Unsuspend(me, workspace, person));
        routes.MapPost(TeamPaths.Remove, RemoveAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.MembersRemove.Name), RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.MemberRemoved));
    }

    private static async Task<IResult> ChangeRoleAsync(HttpContext context, WorkspaceId workspace, string person, Memberships memberships, MemberPages pages)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        var me = Principal.Of(context.User)!;
        problems ??= Refused.Or(() => memberships.ChangeRole(me, workspace, person, Roles.Parse(form.Role), form.CustomRoles));
        return problems is null ? SeeOther.To(TeamPaths.Of(workspace, person)) : pages.Show(me, workspace, person, problems);
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, WorkspaceId workspace, string person, Memberships memberships, MemberPages pages)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        var me = Principal.Of(context.User)!;
        return Refused.Or(() => memberships.Remove(me, workspace, person)) is { } problems
            ? pages.Show(me, workspace, person, problems)
            : SeeOther.To(TeamPaths.Of(workspace));
    }

    /// <summary>A form that is one button, and comes back to the member's page.</summary>
    private static void Button(IEndpointRouteBuilder routes, string path, Permission permission, Recording recording, Action<Memberships, Principal, WorkspaceId, string> change) => routes
        .MapPost(path, async (HttpContext context, WorkspaceId workspace, string person, Memberships memberships, MemberPages pages) =>
        {
            await Form.ReadAsync(context, new NoFields.Validator());
            var me = Principal.Of(context.User)!;
            return Refused.Or(() => change(memberships, me, workspace, person)) is { } problems
                ? pages.Show(me, workspace, person, problems)
                : SeeOther.To(TeamPaths.Of(workspace, person));
        })
        .TakesForm()
        .Guarded(Authority.Needs(permission.Name), RateClasses.Pages, InputCheck.By<NoFields.Validator>(), recording);

    internal sealed record Fields(string Role, IReadOnlyList<string> CustomRoles);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Role).Must(role => Roles.TryParse(role, out _)).WithMessage(_ => T["Choose a role."]);
            RuleFor(form => form.CustomRoles).Must(roles => roles.Count <= Memberships.MaxCustomRoles).WithMessage(_ => T["A member holds up to {0} roles of your own.", Memberships.MaxCustomRoles]);
        }
    }
}

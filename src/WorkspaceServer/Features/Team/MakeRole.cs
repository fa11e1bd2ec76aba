using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Team;

/// <summary>GET /w/{workspace}/team/roles/new shows the form of a custom role; POST makes it; POST /w/{workspace}/team/roles/delete removes one that nobody holds.</summary>
internal static class MakeRole
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TeamPaths.NewRole, (WorkspaceId workspace, ClaimsPrincipal user, Policy policy) => Show(workspace, user, policy, new Fields("", [], []), null))
            .Guarded(Authority.Needs(Permissions.RolesManage.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("shows an empty form"));
        routes.MapPost(TeamPaths.NewRole, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.RolesManage.Name, fresh: true), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.RoleCreated));
        routes.MapPost(TeamPaths.DeleteRole, DeleteAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.RolesManage.Name), RateClasses.Pages, InputCheck.By<Named.Validator>(), Recording.As(AuditActions.RoleDeleted));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, WorkspaceId workspace, Policy policy, RoleBook roles)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        problems ??= Refused.Or(() => roles.Create(Principal.Of(context.User)!, workspace, form.Name, form.Grants, form.Denials));
        return problems is null ? SeeOther.To(TeamPaths.Of(workspace)) : Show(workspace, context.User, policy, form, problems);
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, WorkspaceId workspace, RoleBook roles)
    {
        var (form, problems) = await Form.ReadAsync(context, new Named.Validator());
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.NotFound, ProblemResponses.NothingHere);
        }

        roles.Delete(Principal.Of(context.User)!, workspace, form.Role);
        return SeeOther.To(TeamPaths.Of(workspace));
    }

    private static IResult Show(WorkspaceId workspace, ClaimsPrincipal user, Policy policy, Fields form, FormProblems? problems)
    {
        var mine = policy.PermissionsOf(Principal.Of(user)!, workspace);
        return Page.Of<NewRolePage>(
            new NewRoleModel(
                TeamPaths.Of(workspace),
                form.Name,
                [.. Permissions.OfWorkspaces.Select(permission => new PermissionChoice(
                    permission.Name, permission.Meaning.ToString(), mine.Contains(permission), form.Grants.Contains(permission.Name), form.Denials.Contains(permission.Name)))],
                problems),
            problems?.Status ?? StatusCodes.Status200OK);
    }

    internal sealed record Fields(string Name, IReadOnlyList<string> Grants, IReadOnlyList<string> Denials);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Name).Must(name => name.Trim().Length is > 0 and <= RoleBook.MaxNameLength).WithMessage(_ => T["Give a name of 1 to {0} characters.", RoleBook.MaxNameLength]);
            RuleFor(form => form.Grants).Must(Fits);
            RuleFor(form => form.Denials).Must(Fits);
        }

        private static bool Fits(IReadOnlyList<string> names) => names.Count <= Permissions.MaxCount;
    }

    internal sealed record Named(string Role)
    {
        internal sealed class Validator : AbstractValidator<Named>
        {
            public Validator() => RuleFor(form => form.Role).Matches("^[0-9a-f]{32}$");
        }
    }
}

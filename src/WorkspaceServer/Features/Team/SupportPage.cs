using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Team;

/// <summary>GET /w/{workspace}/support shows who of the server's operators was let in and what they read; POSTs behind it end a grant or sign it off.</summary>
internal static class SupportPage
{
    private const int GrantsShown = 20;
    private const int ReadsShown = 50;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TeamPaths.Support, (WorkspaceId workspace, ClaimsPrincipal user, Policy policy, SupportGrants grants, PeopleStore people, TimeProvider clock) =>
                Show(new Asked(workspace, Principal.Of(user)!, policy, grants, people, clock), null, null))
            .Guarded(Authority.Needs(Permissions.SupportRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(TeamPaths.EndSupport, EndAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SupportEnd.Name), RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.SupportRevoked));
        routes.MapPost(TeamPaths.ReviewSupport, ReviewAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SupportReview.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.SupportReviewed));
    }

    private static async Task<IResult> EndAsync(HttpContext context, WorkspaceId workspace, string grant, SupportGrants grants)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        grants.End(Principal.Of(context.User)!, workspace, grant);
        return SeeOther.To(AccessPaths.PageOf(workspace) + "/support");
    }

    private static async Task<IResult> ReviewAsync(
        HttpContext context, WorkspaceId workspace, string grant, Policy policy, SupportGrants grants, PeopleStore people, TimeProvider clock)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        var me = Principal.Of(context.User)!;
        problems ??= Refused.Or(() => grants.Review(me, workspace, grant, form.Note));
        return problems is null
            ? SeeOther.To(AccessPaths.PageOf(workspace) + "/support")
            : Show(new Asked(workspace, me, policy, grants, people, clock), grant, problems);
    }

    private static IResult Show(Asked asked, string? grant, FormProblems? problems)
    {
        var (workspace, me, policy, grants, people, clock) = asked;
        var (mine, now) = (policy.PermissionsOf(me, workspace), clock.GetUtcNow());
        return Page.Of<Pages.SupportPage>(
            new SupportModel(
                AccessPaths.PageOf(workspace) + "/support",
                [.. grants.List(workspace, before: null, GrantsShown).Select(each => new SupportRow(
                    each.Id,
                    ReviewAccess.NameOf(people, each.Person),
                    each.Reason,
                    each.StateAt(now),
                    each.CreatedAt,
                    each.EndedAt ?? each.ExpiresAt,
                    each.Reads,
                    [.. grants.Reads(workspace, each.Id, after: 0, ReadsShown).Select(read => new SupportReadRow(read.At, read.What))],
                    each.ReviewedAt is null ? null : ReviewAccess.NameOf(people, each.ReviewedBy),
                    each.ReviewNote,
                    each.Id == grant ? problems : null))],
                mine.Contains(Permissions.SupportEnd),
                mine.Contains(Permissions.SupportReview)),
            problems?.Status ?? StatusCodes.Status200OK);
    }

    private sealed record Asked(WorkspaceId Workspace, Principal Me, Policy Policy, SupportGrants Grants, PeopleStore People, TimeProvider Clock);

    internal sealed record Fields(string Note);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Note).Length(SupportGrants.MinReasonLength, SupportGrants.MaxReasonLength)
            .WithMessage(_ => T["Say what you looked at, in {0} to {1} characters.", SupportGrants.MinReasonLength, SupportGrants.MaxReasonLength]);
    }
}

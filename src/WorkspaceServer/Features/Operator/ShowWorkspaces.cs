using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/workspaces: every workspace with its size and when something last changed in it, page by page; POST …/undelete brings a deleted one back. The same under /api/v1/admin.</summary>
/// <remarks>Nothing of what is in them.</remarks>
internal static class ShowWorkspaces
{
    private const string Path = "/operator/workspaces";
    private const string ApiPath = OperatorPaths.Api + "/workspaces";
    private const string ApiDeleted = OperatorPaths.Api + "/deleted-workspaces";

    /// <summary>Deleted ones on the page; the interface pages through all.</summary>
    private const int MaxHeldShown = 100;

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        var system = Authority.Needs(Permissions.SystemWorkspaces.Name);
        routes.MapGet(Path, Show)
            .Guarded(system, RateClasses.Pages, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(Path + "/undelete", UndeleteAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemWorkspaces.Name, fresh: true), RateClasses.Pages, InputCheck.By<Validator>(), BroughtBack());
        routes.MapGet(ApiPath, ([AsParameters] Paging paging, WorkspaceStore workspaces, WorkspaceLifecycle lifecycle) =>
                paging.Checked().PageOf(workspaces.ListPage(paging.After, paging.Rows), each => each.Id.ToString(), each => RowOf(each, lifecycle)))
            .Guarded(system, RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));
        routes.MapGet(ApiDeleted, ([AsParameters] Paging paging, HeldWorkspaces held) =>
                paging.Checked().PageOf(held.List(paging.After, paging.Rows), each => each.Id.ToString(), HeldRowOf))
            .Guarded(system, RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(ApiDeleted + "/{deleted}/undelete", (string deleted, HeldWorkspaces held) =>
            {
                held.BringBack(deleted);
                return Results.NoContent();
            })
            .Guarded(Authority.Needs(Permissions.SystemWorkspaces.Name, fresh: true), RateClasses.Api, InputCheck.Ids, BroughtBack());
    }

    private static Recording BroughtBack() => Recording.As(AuditActions.WorkspaceClosureStopped);

    private static IResult Show([AsParameters] Paging paging, WorkspaceStore workspaces, WorkspaceLifecycle lifecycle, HeldWorkspaces held)
    {
        var page = paging.Checked().PageOf(workspaces.ListPage(paging.After, paging.Rows), each => each.Id.ToString(), each => RowOf(each, lifecycle));
        return Page.Of<WorkspacesPage>(new WorkspacesModel(
            Path, workspaces.Count(), page.Items, OperatorPaths.NextOf(Path, paging, page.Next), paging.After is null ? null : Path, [.. held.List(after: null, MaxHeldShown).Select(HeldRowOf)]));
    }

    private static async Task<IResult> UndeleteAsync(HttpContext context, HeldWorkspaces held)
    {
        var (form, problems) = await Form.ReadAsync(context, Rules);
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, problems.Fields.Values.First());
        }

        held.BringBack(form.Workspace);
        return Page.SeeOther(Path);
    }

    private static OperatedWorkspace RowOf(Workspace workspace, WorkspaceLifecycle lifecycle) =>
        new(workspace.Id.ToString(), workspace.Name, workspace.CreatedAt, lifecycle.BytesOf(workspace.Id), lifecycle.ChangedAt(workspace.Id));

    private static HeldWorkspace HeldRowOf(Workspace workspace) => new(workspace.Id.ToString(), workspace.Name, workspace.CreatedAt, workspace.HeldUntil!.Value);

    internal sealed record Fields(string Workspace);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Workspace).Length(1, 64).WithMessage("workspace is the id of a deleted workspace.");
    }
}

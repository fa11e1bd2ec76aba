using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/workspaces: every workspace with its size and when something last changed in it; nothing of what is in it.</summary>
internal static class ShowWorkspaces
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/operator/workspaces", (WorkspaceStore workspaces, WorkspaceLifecycle lifecycle) => Page.Of<WorkspacesPage>(new WorkspacesModel(
        [
            .. workspaces.List().Select(each => new OperatedWorkspace(each.Id.ToString(), each.Name, each.CreatedAt, lifecycle.BytesOf(each.Id), lifecycle.ChangedAt(each.Id))),
        ])))
        .Guarded(Authority.Needs(Permissions.SystemWorkspaces.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("reads only"));
}

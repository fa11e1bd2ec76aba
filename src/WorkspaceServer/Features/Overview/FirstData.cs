using System.Security.Claims;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Overview.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Overview;

/// <summary>GET /w/{workspace}/start: the ways to put first data into a workspace.</summary>
internal static class FirstData
{
    public const string Behind = "/start";

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.Page + Behind, Handle)
        .Guarded(Authority.Needs(Permissions.TablesImport.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("shows an empty form"));

    // The agents' page is another feature's: it is offered where it is.
    private static IResult Handle(WorkspaceId workspace, ClaimsPrincipal user, WorkspaceStore workspaces, IEnumerable<WorkspaceMenuEntry> menu) => Page.Of<FirstDataPage>(
        new FirstDataModel(SignedIn.Of(user).Email, workspaces.Find(workspace)!.Name, AccessPaths.PageOf(workspace), menu.Any(entry => entry.Path == "/agents")));
}

using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Access;

/// <summary>GET /: the workspaces that this person may open. There are no memberships yet, so there are none.</summary>
internal static class ShowHome
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", () => Page.Of<HomePage>(new HomeModel([])))
        .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("somebody looks at their own workspaces"));
}

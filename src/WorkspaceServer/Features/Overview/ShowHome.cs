using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Overview.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Overview;

/// <summary>GET /: the workspaces that this person may open.</summary>
internal static class ShowHome
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", Handle)
        .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("somebody looks at their own workspaces"));

    private static IResult Handle(HttpContext context, MembershipStore members, NewWorkspaces workspaces)
    {
        var person = SignedIn.Of(context.User);
        return Page.Of<HomePage>(new HomeModel(
            [.. members.ListOf(person.PersonId).Select(own => new WorkspaceRow(own.Name, AccessPaths.PageOf(own.Workspace), Roles.NameOf(own.Role), own.IsSuspended))],
            workspaces.MayCreate(person)));
    }
}

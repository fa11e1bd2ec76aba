using System.Security.Claims;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>GET /api/v1/workspaces: the workspaces of the person who asks, and what they are in each.</summary>
internal static class ListOwnWorkspaces
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.Workspaces, Handle)
        .Guarded(Authority.SignedIn, RateClasses.Api, InputCheck.None, Recording.Nothing("reads only"));

    private static Answer Handle(ClaimsPrincipal user, MembershipStore members) => new(
        [.. members.ListOf(Principal.Of(user)!.PersonId!).Select(own => new Item(own.Workspace.ToString(), own.Name, own.Role, own.IsSuspended))]);

    internal sealed record Answer(IReadOnlyList<Item> Items);

    internal sealed record Item(string Id, string Name, Role Role, bool IsSuspended);
}

using System.Security.Claims;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>GET /api/v1/workspaces/{workspace}: what the person who asks may do here.</summary>
internal static class ShowOwnAccess
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.Workspace, Handle)
        .Guarded(Authority.Needs(Permissions.WorkspaceRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));

    private static Answer Handle(WorkspaceId workspace, ClaimsPrincipal user, Policy policy) => new(
        workspace.ToString(), [.. policy.PermissionsOf(Principal.Of(user)!, workspace).Select(permission => permission.Name)]);

    internal sealed record Answer(string Id, IReadOnlyList<string> Permissions);
}

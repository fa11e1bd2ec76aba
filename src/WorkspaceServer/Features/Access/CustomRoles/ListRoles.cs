using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.CustomRoles;

/// <summary>GET /api/v1/workspaces/{workspace}/roles: the built-in roles and those of the workspace; at most 54.</summary>
internal static class ListRoles
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.Roles, Handle)
        .Guarded(Authority.Needs(Permissions.MembersRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));

    private static Answer Handle(WorkspaceId workspace, RoleBook roles) =>
        new([.. Roles.All.Select(RoleAnswer.Of), .. roles.List(workspace).Select(RoleAnswer.Of)]);

    internal sealed record Answer(IReadOnlyList<RoleAnswer> Items);
}

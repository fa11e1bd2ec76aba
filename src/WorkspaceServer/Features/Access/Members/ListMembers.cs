using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>GET /api/v1/workspaces/{workspace}/members: the members, in pages.</summary>
internal static class ListMembers
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.Members, Handle)
        .Guarded(Authority.Needs(Permissions.MembersRead.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static Page<Member> Handle(WorkspaceId workspace, [AsParameters] Paging paging, MembershipStore members) =>
        paging.Checked().PageOf(members.List(workspace, paging.After, paging.Rows), member => member.Person, member => member);
}

using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Invitations;

/// <summary>GET /api/v1/workspaces/{workspace}/invitations: invitations, newest first, in pages.</summary>
internal static class ListInvitations
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.Invitations, Handle)
        .Guarded(Authority.Needs(Permissions.MembersInvite.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static Page<InvitationAnswer> Handle(WorkspaceId workspace, [AsParameters] Paging paging, InvitationDesk desk, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return paging.Checked().PageOf(desk.List(workspace, paging.After, paging.Rows), each => each.Id, each => InvitationAnswer.Of(each, now));
    }
}

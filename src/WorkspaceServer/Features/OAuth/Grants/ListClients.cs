using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>GET /api/v1/workspaces/{workspace}/clients: the AI clients that are or were connected, newest first, in pages.</summary>
internal static class ListClients
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(ClientPaths.Clients, Handle)
        .Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static Page<ClientAnswer> Handle(WorkspaceId workspace, [AsParameters] Paging paging, GrantBook book, TimeProvider clock) =>
        paging.Checked().PageOf(book.List(workspace, paging.After, paging.Rows), client => client.Grant.Id, client => ClientAnswer.Of(client, clock.GetUtcNow()));
}

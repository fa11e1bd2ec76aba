using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>POST /api/v1/workspaces/{workspace}/clients/{client}/resume: lets a paused client go on.</summary>
internal static class ResumeClient
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(ClientPaths.Client + "/resume", Handle)
        .Guarded(Authority.Needs(Permissions.ClientsApprove.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.OAuthResumed));

    private static ClientAnswer Handle(WorkspaceId workspace, string client, ClaimsPrincipal user, GrantBook book, TimeProvider clock) =>
        ClientAnswer.Of(book.Resume(Principal.Of(user)!, workspace, client), clock.GetUtcNow());
}

using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>PUT /api/v1/workspaces/{workspace}/clients/{client}/limits: lets a client do less, from its next call on.</summary>
internal static class NarrowClient
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut(ClientPaths.Client + "/limits", Handle)
        .Guarded(
            Authority.Needs(Permissions.ClientsApprove.Name),
            RateClasses.Api,
            InputCheck.By<GrantBook>(),
            Recording.As(AuditActions.OAuthNarrowed, AuditActions.ClientToolsChanged, AuditActions.HiddenColumnsChanged));

    private static ClientAnswer Handle(WorkspaceId workspace, string client, Body body, ClaimsPrincipal user, GrantBook book, TimeProvider clock) => ClientAnswer.Of(
        book.Narrow(Principal.Of(user)!, workspace, client, new GrantLimits(body.Scopes, body.Tools, body.HiddenColumns, body.RowsPerDay, body.Days)), clock.GetUtcNow());

    internal sealed record Body(string[]? Scopes = null, string[]? Tools = null, string[]? HiddenColumns = null, long? RowsPerDay = null, int? Days = null);
}

using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Doctor;

/// <summary>GET /api/v1/workspaces/{workspace}/handshake: how far the caller's own try to connect a client has come; POST begins one, DELETE ends it.</summary>
internal static class DoctorApi
{
    private const string Path = AccessPaths.Workspace + "/handshake";

    private static readonly Recording Nothing = Recording.Nothing("kept in memory for an hour, for the person alone; what is allowed on the way is recorded");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, Show).Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(Path, Start).Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Api, InputCheck.Ids, Nothing);
        routes.MapDelete(Path, Stop).Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Api, InputCheck.Ids, Nothing);
    }

    private static DoctorReport Show(WorkspaceId workspace, ClaimsPrincipal user, HandshakeBook handshakes, PublicAddress address, TimeProvider clock) =>
        DoctorReport.Of(handshakes.Find(SignedIn.Of(user).PersonId, workspace) ?? throw None(), ProtectedResource.Of(address), clock.GetUtcNow());

    private static DoctorReport Start(WorkspaceId workspace, ClaimsPrincipal user, HandshakeBook handshakes, PublicAddress address, TimeProvider clock) =>
        DoctorReport.Of(handshakes.Start(SignedIn.Of(user).PersonId, workspace), ProtectedResource.Of(address), clock.GetUtcNow());

    private static IResult Stop(WorkspaceId workspace, ClaimsPrincipal user, HandshakeBook handshakes)
    {
        handshakes.Stop(SignedIn.Of(user).PersonId, workspace);
        return Results.NoContent();
    }

    private static ProblemException None() => new(ProblemCodes.NotFound, "You watch no client connect in this workspace. Begin with POST.");
}

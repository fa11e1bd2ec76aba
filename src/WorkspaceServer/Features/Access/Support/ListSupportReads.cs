using System.Globalization;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Support;

/// <summary>GET /api/v1/workspaces/{workspace}/support-grants/{grant}/reads: each read under a support grant, oldest first, in pages.</summary>
internal static class ListSupportReads
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.SupportGrant + "/reads", Handle)
        .Guarded(Authority.Needs(Permissions.SupportRead.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));

    private static Page<SupportRead> Handle(WorkspaceId workspace, string grant, [AsParameters] Paging paging, SupportGrants grants)
    {
        var after = 0L;
        if (paging.After is { } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out after))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "after is the next of the page before.");
        }

        return paging.Checked().PageOf(
            grants.Reads(workspace, grant, after, paging.Rows), read => read.Id.ToString(CultureInfo.InvariantCulture), read => read);
    }
}

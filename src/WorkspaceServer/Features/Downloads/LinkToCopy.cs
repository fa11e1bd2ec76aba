using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Closure;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Downloads;

/// <summary>
/// POST /account/closure/export/link and /api/v1/account/export/link make a link to the copy of what is kept about the person; GET with the link's signature downloads it, once.
/// </summary>
/// <remarks>Making one counts as one of the three copies in an hour.</remarks>
internal static class LinkToCopy
{
    private const string Api = ClosurePaths.ApiExport + AccessPaths.LinkBehind;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(ClosurePaths.Export + AccessPaths.LinkBehind, (ClaimsPrincipal user, DownloadLinks links) => LinkAnswer.Page(Make(user, links), "Account Settings", "my-logs.zip", ClosurePaths.Page))
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.Export, InputCheck.None, Recording.As(AuditActions.DownloadLinkMade));
        routes.MapPost(Api, (ClaimsPrincipal user, DownloadLinks links) => LinkAnswer.Json(Make(user, links)))
            .Guarded(Authority.SignedIn, RateClasses.Export, InputCheck.None, Recording.As(AuditActions.DownloadLinkMade));
        routes.MapGet(Api, (HttpContext context, PeopleStore people, PersonalCopy copy, AuditStore store, AuditLog audit, ClosureMails mails, TimeProvider clock) =>
                Principal.Of(context.User)?.PersonId is { } id && people.Find(id) is { } person
                    ? DownloadCopy.WriteAsync(person.Id, person.Email, copy, store, audit, mails, clock, context.RequestAborted)
                    : throw new ProblemException(ProblemCodes.NotFound, ProblemResponses.NothingHere))
            .Guarded(Authority.Link(), RateClasses.Api, InputCheck.None, Recording.As(AuditActions.DownloadLinkUsed, AuditActions.PersonDataExported));
    }

    private static DownloadLink Make(ClaimsPrincipal user, DownloadLinks links) => links.Make(user, null, "personal data", Api);
}

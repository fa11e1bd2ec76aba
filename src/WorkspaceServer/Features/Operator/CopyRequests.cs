using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /api/v1/admin/restore-requests: copies that owners wait for; POST …/{request}/decline says no. Pages: <see cref="BackupPages"/>.</summary>
internal static class CopyRequests
{
    private const string Path = OperatorPaths.Api + "/restore-requests";

    private static readonly Declining.Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ([AsParameters] Paging paging, RestoreRequestStore requests, TimeProvider clock) =>
                paging.Checked().PageOf(requests.ListOpen(clock.GetUtcNow(), paging.After, paging.Rows), request => request.Id, request => RequestItem.Of(request, clock.GetUtcNow())))
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(Path + "/{request}/decline", (string request, Declining body, ClaimsPrincipal user, RestoreRequests requests) =>
            {
                requests.Decline(Principal.Of(user)!.PersonId!, request, body.Checked(Rules).Reason);
                return Results.NoContent();
            })
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.By<Declining.Validator>(), Recording.As(AuditActions.RestoreDeclined));
    }

    /// <summary>What the page's form sends.</summary>
    internal sealed record Fields(string Request, string Reason);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Request).Matches("^[0-9a-f]{32}\\z").WithMessage(_ => T["There is no such request."]);
            RuleFor(form => form.Reason).Must(Declining.Validator.IsReason).WithMessage(_ => T["Say why, in 1 to {0} characters. Whoever asked reads it.", RestoreRequests.MaxReasonLength]);
        }
    }
}

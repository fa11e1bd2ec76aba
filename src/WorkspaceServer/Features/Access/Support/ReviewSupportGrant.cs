using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Support;

/// <summary>POST /api/v1/workspaces/{workspace}/support-grants/{grant}/review: signs off a support grant that is over.</summary>
internal static class ReviewSupportGrant
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AccessPaths.SupportGrant + "/review", Handle)
        .Guarded(Authority.Needs(Permissions.SupportReview.Name), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.SupportReviewed));

    private static IResult Handle(WorkspaceId workspace, string grant, Body body, ClaimsPrincipal user, SupportGrants grants)
    {
        body.Checked(Rules);
        grants.Review(Principal.Of(user)!, workspace, grant, body.Note);
        return Results.NoContent();
    }

    internal sealed record Body(string Note);

    internal sealed class Validator : AbstractValidator<Body>
    {
        public Validator() => RuleFor(body => body.Note).Length(SupportGrants.MinReasonLength, SupportGrants.MaxReasonLength)
            .WithMessage($"note has {SupportGrants.MinReasonLength} to {SupportGrants.MaxReasonLength} characters.");
    }
}

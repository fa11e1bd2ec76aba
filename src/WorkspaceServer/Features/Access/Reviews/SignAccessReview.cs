using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Reviews;

/// <summary>POST /api/v1/workspaces/{workspace}/access-review/sign-offs: signs the access review as it is now.</summary>
internal static class SignAccessReview
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AccessPaths.AccessReview + "/sign-offs", Handle)
        .Guarded(Authority.Needs(Permissions.AccessReview.Name), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.AccessReviewSigned));

    private static IResult Handle(WorkspaceId workspace, Body body, ClaimsPrincipal user, AccessReviews reviews)
    {
        body.Checked(Rules);
        return Results.Json(reviews.Sign(Principal.Of(user)!, workspace, body.Note ?? ""), statusCode: StatusCodes.Status201Created);
    }

    internal sealed record Body(string? Note = null);

    internal sealed class Validator : AbstractValidator<Body>
    {
        public Validator() => RuleFor(body => body.Note).MaximumLength(AccessReviews.MaxNoteLength)
            .WithMessage($"note has up to {AccessReviews.MaxNoteLength} characters.");
    }
}

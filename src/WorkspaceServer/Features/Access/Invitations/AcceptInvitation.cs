using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Access.Invitations;

/// <summary>POST /api/v1/invitations/accept: makes the person who asks a member, if the invitation is theirs and good.</summary>
internal static class AcceptInvitation
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/invitations/accept", Handle)
        .Guarded(Authority.SignedIn, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.InvitationAccepted));

    private static IResult Handle(Body body, ClaimsPrincipal user, InvitationDesk desk)
    {
        body.Checked(Rules);
        var invitation = desk.Accept(Principal.Of(user)!.PersonId!, body.Secret);
        return Results.Json(new Answer(invitation.Workspace.ToString(), invitation.Role), statusCode: StatusCodes.Status201Created);
    }

    internal sealed record Body(string Secret);

    private sealed record Answer(string Workspace, Role Role);

    internal sealed class Validator : AbstractValidator<Body>
    {
        /// <summary>Longest secret that is looked at, in characters.</summary>
        public const int MaxSecretLength = 100;

        public Validator() => RuleFor(body => body.Secret).Length(1, MaxSecretLength).WithMessage("secret is what the invitation holds, beginning with wsp_inv_.");
    }
}

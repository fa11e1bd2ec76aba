using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Invitations;

/// <summary>POST /api/v1/workspaces/{workspace}/invitations: invites an address. The secret is in this answer and nowhere else.</summary>
internal static class CreateInvitation
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AccessPaths.Invitations, Handle)
        .Guarded(Authority.Needs(Permissions.MembersInvite.Name), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.MemberInvited));

    private static IResult Handle(WorkspaceId workspace, Body body, ClaimsPrincipal user, InvitationDesk desk)
    {
        body.Checked(Rules);
        var issued = desk.Create(Principal.Of(user)!, workspace, body.Email, body.Role);
        return Results.Json(
            InvitationAnswer.Of(issued.Invitation, issued.Invitation.CreatedAt, issued.Secret), statusCode: StatusCodes.Status201Created);
    }

    internal sealed record Body(string Email, Role Role);

    internal sealed class Validator : AbstractValidator<Body>
    {
        public Validator()
        {
            RuleFor(body => body.Email).Must(EmailAddress.IsValid).WithMessage("email is an address such as name@example.com.");
            RuleFor(body => body.Role).IsInEnum().WithMessage("role is owner, admin, member or viewer.");
        }
    }
}

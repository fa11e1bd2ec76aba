using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Support;

/// <summary>POST /api/v1/admin/support-grants: opens a workspace to the super admin who asks, to read, for up to 4 hours.</summary>
internal static class CreateSupportGrant
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AccessPaths.AdminSupportGrants, Handle)
        .Guarded(Authority.Needs(Permissions.SystemSupport.Name, fresh: true), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.SupportGranted));

    private static IResult Handle(Body body, ClaimsPrincipal user, SupportGrants grants, TimeProvider clock)
    {
        body.Checked(Rules);
        var grant = grants.Create(Principal.Of(user)!.PersonId!, WorkspaceId.Parse(body.Workspace), body.Reason, TimeSpan.FromMinutes(body.Minutes));
        return Results.Json(SupportAnswer.Of(grant, clock.GetUtcNow()), statusCode: StatusCodes.Status201Created);
    }

    internal sealed record Body(string Workspace, string Reason, int Minutes);

    internal sealed class Validator : AbstractValidator<Body>
    {
        private static readonly int MaxMinutes = (int)SupportGrants.MaxDuration.TotalMinutes;

        public Validator()
        {
            RuleFor(body => body.Workspace).Must(text => WorkspaceId.TryParse(text, out _)).WithMessage("workspace is the id of a workspace.");
            RuleFor(body => body.Reason).Length(SupportGrants.MinReasonLength, SupportGrants.MaxReasonLength)
                .WithMessage($"reason has {SupportGrants.MinReasonLength} to {SupportGrants.MaxReasonLength} characters.");
            RuleFor(body => body.Minutes).InclusiveBetween(1, MaxMinutes).WithMessage($"minutes is 1 to {MaxMinutes}.");
        }
    }
}

using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.CustomRoles;

/// <summary>POST /api/v1/workspaces/{workspace}/roles: makes a custom role.</summary>
internal static class CreateRole
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AccessPaths.Roles, Handle)
        .Guarded(Authority.Needs(Permissions.RolesManage.Name, fresh: true), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.RoleCreated));

    private static IResult Handle(WorkspaceId workspace, Body body, ClaimsPrincipal user, RoleBook roles)
    {
        body.Checked(Rules);
        var role = roles.Create(Principal.Of(user)!, workspace, body.Name, body.Grants ?? [], body.Denials ?? []);
        return Results.Json(RoleAnswer.Of(role), statusCode: StatusCodes.Status201Created);
    }

    /// <param name="Grants">Names of permissions.</param>
    /// <param name="Denials">Names of permissions that its holders never have.</param>
    internal sealed record Body(string Name, IReadOnlyList<string>? Grants = null, IReadOnlyList<string>? Denials = null);

    internal sealed class Validator : AbstractValidator<Body>
    {
        public Validator()
        {
            RuleFor(body => body.Name).Length(1, RoleBook.MaxNameLength).WithMessage($"name has 1 to {RoleBook.MaxNameLength} characters.");
            RuleFor(body => body.Grants).Must(Fits).WithMessage($"grants names up to {Permissions.MaxCount} permissions.");
            RuleFor(body => body.Denials).Must(Fits).WithMessage($"denials names up to {Permissions.MaxCount} permissions.");
        }

        private static bool Fits(IReadOnlyList<string>? names) => names is null || names.Count <= Permissions.MaxCount;
    }
}

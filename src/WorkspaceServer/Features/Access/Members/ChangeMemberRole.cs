using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Members;

/// <summary>PUT /api/v1/workspaces/{workspace}/members/{person}/role: replaces the role and the custom roles of a member.</summary>
internal static class ChangeMemberRole
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut(AccessPaths.Member + "/role", Handle)
        .Guarded(Authority.Needs(Permissions.MembersChangeRole.Name, fresh: true), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.MemberRoleChanged));

    private static Member Handle(WorkspaceId workspace, string person, Body body, ClaimsPrincipal user, Memberships memberships)
    {
        body.Checked(Rules);
        return memberships.ChangeRole(Principal.Of(user)!, workspace, person, body.Role, body.CustomRoles ?? []);
    }

    /// <param name="CustomRoles">Ids; none if left out.</param>
    internal sealed record Body(Role Role, IReadOnlyList<string>? CustomRoles = null);

    internal sealed class Validator : AbstractValidator<Body>
    {
        public Validator()
        {
            RuleFor(body => body.Role).IsInEnum().WithMessage("role is owner, admin, member or viewer.");
            RuleFor(body => body.CustomRoles).Must(roles => roles is null || roles.Count <= Memberships.MaxCustomRoles)
                .WithMessage($"custom_roles has up to {Memberships.MaxCustomRoles} ids.");
        }
    }
}

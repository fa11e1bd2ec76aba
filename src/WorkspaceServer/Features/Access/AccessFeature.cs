using Microsoft.AspNetCore.Authorization;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Access.Reviews;
using WorkspaceServer.Features.Access.Support;

namespace WorkspaceServer.Features.Access;

/// <summary>Plugs authority into the server: the policy, and what changes who may do what.</summary>
internal static class AccessFeature
{
    /// <summary>The policy and the services; verbs need no more.</summary>
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<AuthorityStore>();
        services.AddSingleton<Policy>();
        services.AddSingleton<LastUseStore>();
        services.AddSingleton<CustomRoleStore>();
        services.AddSingleton<RoleBook>();
        services.AddSingleton<MembershipStore>();
        services.AddSingleton<Memberships>();
        services.AddSingleton<InvitationStore>();
        services.AddSingleton<InvitationDesk>();
        services.AddSingleton<SupportStore>();
        services.AddSingleton<SupportGrants>();
        services.AddSingleton<ReviewStore>();
        services.AddSingleton<AccessReviews>();
    }

    /// <summary>Makes every guarded endpoint ask the policy.</summary>
    public static void AddAccessAuthorization(this IServiceCollection services)
    {
        services.AddSingleton<Denials>();
        services.AddSingleton<IAuthorizationHandler, AuthorityHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalResponses>();
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ListOwnWorkspaces.Map(routes);
        ShowOwnAccess.Map(routes);
        ListMembers.Map(routes);
        ChangeMemberRole.Map(routes);
        SuspendMember.Map(routes);
        UnsuspendMember.Map(routes);
        RemoveMember.Map(routes);
        LeaveWorkspace.Map(routes);
        ListRoles.Map(routes);
        CreateRole.Map(routes);
        DeleteRole.Map(routes);
        ListInvitations.Map(routes);
        CreateInvitation.Map(routes);
        RevokeInvitation.Map(routes);
        AcceptInvitation.Map(routes);
        ListSupportGrants.Map(routes);
        ListAllSupportGrants.Map(routes);
        CreateSupportGrant.Map(routes);
        ListSupportReads.Map(routes);
        EndSupportGrant.Map(routes);
        ReviewSupportGrant.Map(routes);
        ShowAccessReview.Map(routes);
        ExportAccessReview.Map(routes);
        SignAccessReview.Map(routes);
        ListSignOffs.Map(routes);
    }
}

using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>member unsuspend: lets a suspended member in again.</summary>
internal static class UnsuspendMemberCommand
{
    public static Command Build() => MemberVerb.Build(
        "unsuspend",
        "Let a suspended member in again.",
        Recording.As(AuditActions.MemberReinstated),
        Permissions.MembersSuspend,
        (Memberships memberships, WorkspaceId workspace, string person) => memberships.Unsuspend(Principal.Operator, workspace, person),
        "is active again in");
}

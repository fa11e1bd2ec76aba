using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>member remove: ends a membership for good.</summary>
internal static class RemoveMemberCommand
{
    public static Command Build() => MemberVerb.Build(
        "remove",
        "End a membership and revoke the tokens that the member made.",
        Recording.As(AuditActions.MemberRemoved),
        Permissions.MembersRemove,
        (Memberships memberships, WorkspaceId workspace, string person) => memberships.Remove(Principal.Operator, workspace, person),
        "is no longer a member of");
}

using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>member suspend: stops a member and all that acts for them.</summary>
internal static class SuspendMemberCommand
{
    public static Command Build() => MemberVerb.Build(
        "suspend",
        "Suspend a member. Sessions, tokens and agents of theirs stop within a second.",
        Recording.As(AuditActions.MemberSuspended),
        Permissions.MembersSuspend,
        (Memberships memberships, WorkspaceId workspace, string person) => memberships.Suspend(Principal.Operator, workspace, person),
        "is suspended in");
}

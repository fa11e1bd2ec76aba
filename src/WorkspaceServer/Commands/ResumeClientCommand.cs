using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>client resume: lets a paused AI client go on.</summary>
internal static class ResumeClientCommand
{
    public static Command Build() => ClientArguments.Change(
        Verb.Create("resume", "Let a paused AI client go on.", "client resume 0193b3a2c4d57e8f9a0b1c2d3e4f5061 --workspace \"Sharma Traders\"", Recording.As(AuditActions.OAuthResumed)),
        Permissions.ClientsApprove,
        (CommandContext _, GrantBook book, WorkspaceId workspace, string id) => book.Resume(Principal.Operator, workspace, id),
        client => $"{client.Client} may go on.");
}

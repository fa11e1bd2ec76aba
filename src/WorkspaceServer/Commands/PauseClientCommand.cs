using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>client pause: stops an AI client until client resume.</summary>
internal static class PauseClientCommand
{
    public static Command Build() => ClientArguments.Change(
        Verb.Create("pause", "Stop an AI client for a while. A running server refuses it within a second.", "client pause 0193b3a2c4d57e8f9a0b1c2d3e4f5061 --workspace \"Sharma Traders\"", Recording.As(AuditActions.OAuthPaused)),
        Permissions.ClientsRevoke,
        (CommandContext _, GrantBook book, WorkspaceId workspace, string id) => book.Pause(Principal.Operator, workspace, id),
        client => $"{client.Client} is paused.");
}

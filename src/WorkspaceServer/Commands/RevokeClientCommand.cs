using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>client revoke: ends an AI client's access for good.</summary>
internal static class RevokeClientCommand
{
    public static Command Build() => ClientArguments.Change(
        Verb.Create("revoke", "End an AI client's access for good. A running server refuses it within a second.", "client revoke 0193b3a2c4d57e8f9a0b1c2d3e4f5061 --workspace \"Sharma Traders\"", Recording.As(AuditActions.OAuthRevoked)),
        Permissions.ClientsRevoke,
        (CommandContext _, GrantBook book, WorkspaceId workspace, string id) => book.Revoke(Principal.Operator, workspace, id),
        client => $"The access of {client.Client} is ended.");
}

using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>ai allow: ends an ai stop.</summary>
internal static class AllowAiCommand
{
    public static Command Build() => AiVerb.Build(
        Verb.Create("allow", "Let AI clients in again after ai stop.", "ai allow --workspace \"Sharma Traders\"", Recording.As(AuditActions.AiAllowed)),
        Permissions.ClientsApprove,
        (AiStops stops, WorkspaceId? workspace) => stops.Allow(Principal.Operator, workspace));
}

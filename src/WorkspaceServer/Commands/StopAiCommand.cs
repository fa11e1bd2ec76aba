using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>ai stop: keeps AI out of one workspace or of all until ai allow.</summary>
internal static class StopAiCommand
{
    public static Command Build() => AiVerb.Build(
        Verb.Create("stop", "Keep every AI client out of a workspace, or of all of them, within a second. Pages, sync and backups go on.", "ai stop --workspace \"Sharma Traders\"", Recording.As(AuditActions.AiStopped)),
        Permissions.ClientsRevoke,
        (AiStops stops, WorkspaceId? workspace) => stops.Stop(Principal.Operator, workspace));
}

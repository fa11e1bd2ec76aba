using System.CommandLine;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>backup prune: removes backups older than the retention, as the server does every night.</summary>
internal static class PruneBackupsCommand
{
    public static Command Build() => Verb
        .Create("prune", "Remove backups older than Backup:RetentionDays, and the objects that only they name.", "backup prune", Recording.As(AuditActions.BackupDeleted))
        .Runs(async (context, cancel) =>
        {
            var gone = await context.Get<BackupSweeper>().PruneAsync(cancel);
            context.Output.Result(new { Removed = gone }, output => output.Line(gone.Count == 0 ? "No backup is that old." : $"Removed: {string.Join(", ", gone)}"));
            return ExitCodes.Ok;
        });
}

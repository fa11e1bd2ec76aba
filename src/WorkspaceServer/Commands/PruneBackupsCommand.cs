using System.CommandLine;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>backup prune: removes backups older than the retention, as the server does every night.</summary>
internal static class PruneBackupsCommand
{
    public static Command Build() => Verb
        .Create("prune", "Remove backups older than Backup:RetentionDays, the objects that only they name, and what backups left that were cut short.", "backup prune", Recording.As(AuditActions.BackupDeleted, AuditActions.BackupLeftoversDeleted))
        .Runs(async (context, cancel) =>
        {
            var gone = await context.Get<BackupSweeper>().PruneAsync(cancel);
            context.Output.Result(new { Removed = gone.Generations, gone.Leftovers, gone.Kept }, output =>
            {
                output.Line(gone.Generations.Count == 0 ? "No backup is that old." : $"Removed: {string.Join(", ", gone.Generations)}");
                foreach (var kept in gone.Kept)
                {
                    output.Line($"Too old, but still there. {kept}");
                }

                if (gone.Leftovers.Count > 0)
                {
                    output.Line($"Removed what backups left that were cut short more than {LeftoverSweeper.MinAge.Days} days ago: {string.Join(", ", gone.Leftovers)}");
                }
            });
            return ExitCodes.Ok;
        });
}

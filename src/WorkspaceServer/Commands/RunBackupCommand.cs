using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>backup run: makes a backup now, or saves what changed since the last one.</summary>
internal static class RunBackupCommand
{
    public static Command Build()
    {
        var packs = new Option<bool>("--changes") { Description = "Save only the pages that changed since the last backup, as the server does every few minutes." };
        var command = Verb.Create("run", "Back up every workspace and the control database now, while everybody works on.", "backup run", Recording.As(AuditActions.BackupMade, AuditActions.BackupFailed));
        command.Add(packs);
        return command.Runs((context, cancel) => context.Arguments.GetValue(packs) ? RunPacksAsync(context, cancel) : RunWholeAsync(context, cancel));
    }

    private static async Task<int> RunWholeAsync(CommandContext context, CancellationToken cancel)
    {
        var made = await context.Output.ProgressAsync("Backing up", report => context.Get<BackupRunner>().RunAsync(report, cancel));
        context.Output.Result(
            new { made.Generation.Id, made.Uploaded, made.Kept, made.UploadedBytes, made.Failed },
            output =>
            {
                output.Line(string.Create(
                    CultureInfo.InvariantCulture, $"Backup {made.Generation.Id}: {Output.Count(made.Uploaded, "file")} uploaded ({made.UploadedBytes / 1048576.0:0.0} MiB), {made.Kept} unchanged."));
                foreach (var failure in made.Failed)
                {
                    output.Line($"NOT BACKED UP  {failure}");
                }
            });
        return made.Failed.Count == 0 ? ExitCodes.Ok : ExitCodes.IntegrityDiffers;
    }

    private static async Task<int> RunPacksAsync(CommandContext context, CancellationToken cancel)
    {
        var made = await context.Get<PackRunner>().RunAsync(cancel);
        context.Output.Result(
            new { made?.Id, made?.Base, Files = made?.Files.Count ?? 0, Bytes = made?.Bytes ?? 0 },
            output => output.Line(made is null
                ? "Nothing changed since the last backup, or there is none yet."
                : string.Create(CultureInfo.InvariantCulture, $"Changes {made.Id}: {Output.Count(made.Files.Count, "file")}, {made.Bytes / 1048576.0:0.0} MiB.")));
        return ExitCodes.Ok;
    }
}

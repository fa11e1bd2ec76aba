using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>backup list: what is in the store.</summary>
internal static class ListBackupsCommand
{
    public static Command Build() => Verb
        .Create("list", "List the backups in the store, oldest first: whole ones, and the changes after each.", "backup list", Recording.Nothing("only reads names and times"))
        .Runs(async (context, cancel) =>
        {
            var all = await context.Get<BackupVerifier>().ListAsync(cancel);
            var protection = await context.Get<IObjectStore>().ProtectionAsync(cancel);
            context.Output.Result(all, output =>
            {
                output.Table(
                    ["backup", "kind", "as of (UTC)", "files", "MiB", ""],
                    all.Select(each => (string[])
                    [
                        each.Id,
                        each.Object.StartsWith("packs/", StringComparison.Ordinal) ? "changes" : "whole",
                        each.Finished?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "?",
                        each.Files.ToString(CultureInfo.InvariantCulture),
                        (each.Bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture),
                        string.Join(' ', each.Findings),
                    ]),
                    new HashSet<int> { 3, 4 });
                if (all.LastOrDefault(each => each.Finished is not null) is { Finished: { } newest })
                {
                    output.Line(string.Create(CultureInfo.InvariantCulture, $"A restore now would lose what came after {newest.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC."));
                }

                output.Line($"The store: {protection.Advice}.");
            });
            return all.Count == 0 ? ExitCodes.NoBackup : all.All(each => each.Findings.Count == 0) ? ExitCodes.Ok : ExitCodes.IntegrityDiffers;
        });
}

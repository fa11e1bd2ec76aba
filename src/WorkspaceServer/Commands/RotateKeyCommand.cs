using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Keys;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>key rotate: a new master key for every file, while the server is stopped.</summary>
internal static class RotateKeyCommand
{
    public static Command Build()
    {
        var undo = new Option<bool>("--undo") { Description = "Go back to the old key, where this was cut short." };
        var yes = new Option<bool>("--yes") { Description = "Do it." };
        var command = Verb.Create(
            "rotate",
            "Replace the master key: every file is put under a new one. The server must be stopped. What was cut short goes on where it was.",
            "key rotate --yes",
            KeyRotation.Recording);
        command.Add(undo);
        command.Add(yes);
        return command.Runs(async (context, _) =>
        {
            if (!context.Arguments.GetValue(yes))
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, "This puts every file under a new master key. The server must be stopped, and each file needs three times its size on the disk meanwhile. Add --yes to do it.");
            }

            var clock = context.Get<TimeProvider>();
            var rotation = Of(context.Get<VaultOptions>(), clock);
            if (context.Arguments.GetValue(undo))
            {
                await context.Output.ProgressAsync("Going back", async report =>
                {
                    await rotation.UndoAsync(report);
                    return true;
                });
                context.Output.Result(new { Undone = true }, output => output.Line("Every file is under the old master key, as before."));
            }
            else
            {
                Print(context, await context.Output.ProgressAsync("New master key", report => Task.Run(() => rotation.Run(report))));
            }

            return ExitCodes.Ok;
        });
    }

    /// <summary>With everything that features keep under the master key.</summary>
    public static KeyRotation Of(VaultOptions options, TimeProvider clock) => new(options, clock, SecondFactorKeeper.Reseal, PhoneCodes.Reseal, ServerKeys.Reseal, (connection, from, _) =>
    {
        using var signer = new BackupSigner(from);
        BackupStore.ReplaceSigner(connection, signer.PublicKey, clock.GetUtcNow());
    });

    private static void Print(CommandContext context, KeyRotationResult result)
    {
        var backups = context.Get<BackupOptions>();
        var until = context.Get<TimeProvider>().GetUtcNow().AddDays(backups.RetentionDays);
        context.Output.Result(
            new { result.Fingerprint, result.OldFingerprint, result.OldKeyFile, result.Workspaces, OldKeyNeededUntil = backups.IsOn ? until : (DateTimeOffset?)null },
            output =>
            {
                output.Line($"Every file is under a new master key, {result.Fingerprint}: the control database, and workspaces: {result.Workspaces}.");
                output.Line();
                output.Line("Copy the new key to where the old one is kept, now: without it nothing in the data folder can be read.");
                output.Line(backups.IsOn
                    ? string.Create(CultureInfo.InvariantCulture, $"The old key is at {result.OldKeyFile}. Backups of before today need it until {until.UtcDateTime:yyyy-MM-dd}: move it off this machine and keep it until then.")
                    : $"The old key is at {result.OldKeyFile}. Move it off this machine; older copies of the data folder need it.");
                if (backups.IsOn)
                {
                    output.Line("Then make a backup under the new key, or start the server, which does that by itself: workspace-server backup run");
                }
            });
    }
}

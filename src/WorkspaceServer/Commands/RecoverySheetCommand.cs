using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>key recovery-sheet: one page to print and keep, with what a restore needs and where it should be; no secret stands on it.</summary>
internal static class RecoverySheetCommand
{
    public static Command Build() => Verb
        .Create("recovery-sheet", "Print a page to keep on paper: what a restore needs, and where each part should be. No secret stands on it.", "key recovery-sheet", Recording.Nothing("shows no secret"))
        .Runs((context, _) =>
        {
            var (vault, backups, address) = (context.Get<VaultOptions>(), context.Get<BackupOptions>(), context.Get<PublicAddress>());
            var fingerprint = context.Get<MasterKey>().Fingerprint;
            context.Output.Result(
                new { Server = address.Origin, MasterKeyFile = Path.GetFullPath(vault.MasterKeyFile), MasterKeyFingerprint = fingerprint, Store = backups.Place, backups.Recipients },
                output => Print(output, vault, backups, address.Origin, fingerprint, context.Get<TimeProvider>().GetUtcNow()));
            return Task.FromResult(ExitCodes.Ok);
        });

    private static void Print(Output output, VaultOptions vault, BackupOptions backups, string origin, string fingerprint, DateTimeOffset now)
    {
        output.Line(string.Create(CultureInfo.InvariantCulture, $"RECOVERY SHEET of {origin}, {now.UtcDateTime:yyyy-MM-dd}"));
        output.Line();
        output.Line("1. The master key. Without it neither the data folder nor any backup can be read.");
        output.Line($"   On the server: {Path.GetFullPath(vault.MasterKeyFile)}    Fingerprint: {fingerprint}");
        output.Line("   A copy is kept at: ______________________________");
        output.Line();
        output.Line("2. The identity of backups (AGE-SECRET-KEY-…). Without it no backup can be read. Never on the server; two copies.");
        foreach (var recipient in backups.Recipients)
        {
            output.Line($"   Belongs to: {recipient}");
            output.Line("   Copies are kept at: ______________________________ and ______________________________");
        }

        if (!backups.IsOn)
        {
            output.Line("   There is none: nothing is backed up. Run: workspace-server backup configure --new-identity FILE");
        }

        output.Line();
        output.Line($"3. The store: {backups.Place}");
        output.Line("   Its access key, if it has one, and a copy of the settings file are kept at: ______________________________");
        output.Line();
        output.Line("To bring everything back on a bare machine (ops/runbooks/restore.md):");
        output.Line("   workspace-server restore --identity FILE --master-key FILE");
        output.Line("Keep 1 and 2 apart: whoever has both and the store reads everything. Print this again after each change of keys or store.");
    }
}

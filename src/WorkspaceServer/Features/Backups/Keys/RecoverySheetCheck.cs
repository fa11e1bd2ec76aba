using System.Globalization;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Backups.Keys;

/// <summary>Somebody has the recovery sheet of the present keys and store on paper.</summary>
internal sealed class RecoverySheetCheck(BackupOptions options, VaultOptions vault, PublicAddress address, MasterKey master, RecoverySheetStore sheets) : QuickCheck
{
    private const string Cure = "workspace-server key recovery-sheet, print it, then: workspace-server key recovery-sheet --confirm CHARACTERS";

    protected override Finding Look(CheckRequest request)
    {
        var sheet = new RecoverySheet(address.Origin, Path.GetFullPath(vault.MasterKeyFile), master.Fingerprint, options.Place, options.Recipients);
        return sheets.Last() switch
        {
            null => Finding.Warn("Nobody has shown yet that the recovery sheet was printed and kept.", vault.MasterKeyFile, Cure),
            ({ } code, var at) when code != sheet.Code => Finding.Warn(string.Create(CultureInfo.InvariantCulture, $"The recovery sheet that was kept on {at.UtcDateTime:yyyy-MM-dd} is of other keys or another store."), vault.MasterKeyFile, Cure),
            (_, var at) => Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"the sheet of these keys was kept on {at.UtcDateTime:yyyy-MM-dd}"), vault.MasterKeyFile),
        };
    }
}

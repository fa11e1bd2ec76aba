using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Backups;

/// <summary>The last night's backup is there, and so is every file in it.</summary>
internal sealed class BackupCheck(BackupOptions options, BackupHealth health) : QuickCheck
{
    private const string Setting = "Backup:Recipients";

    protected override Finding Look(CheckRequest request)
    {
        if (!options.IsOn)
        {
            return Finding.Warn("It is off: nothing is backed up.", Setting, "workspace-server backup configure --new-identity FILE") with { IsOff = true };
        }

        try
        {
            return Finding.Ok(health.Describe(), options.Place);
        }
        catch (ProblemException error)
        {
            return Finding.Fail(error, options.Place) is { Cure: null } noCommand
                ? noCommand with { Cure = "look at the files it names with: workspace-server doctor --thorough; then: workspace-server backup run" }
                : Finding.Fail(error, options.Place);
        }
    }
}

using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>Whether anybody else may read or enter anything in the data folder.</summary>
internal sealed class DataFolderCheck(VaultOptions options) : QuickCheck
{
    protected override Finding Look(CheckRequest request)
    {
        var folder = DataFolder.Open(options.DataDirectory);
        var open = folder.FindOpenToOthers();
        return open.Count == 0
            ? Finding.Ok("its owner's alone, with everything in it", folder.Path)
            : Finding.Fail($"Others may read {open[0]}{(open.Count > 1 ? $" and {open.Count - 1} more" : "")}.", open[0], $"chmod -R go= {folder.Path}");
    }
}

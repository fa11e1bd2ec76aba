using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>The master key's file: there, a file and no link, of this user, for nobody else, and whole.</summary>
internal sealed class MasterKeyCheck(VaultOptions options) : QuickCheck
{
    protected override Finding Look(CheckRequest request)
    {
        MasterKey.Load(options.MasterKeyFile).Dispose();
        return Finding.Ok("there, whole, and for its owner alone", options.MasterKeyFile);
    }
}

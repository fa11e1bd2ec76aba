using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>The master key's file: there, a file and no link, of this user, for nobody else, and whole.</summary>
internal sealed class MasterKeyCheck(VaultOptions options, ServerOptions server) : QuickCheck
{
    protected override Finding Look(CheckRequest request)
    {
        using var key = MasterKey.Load(options.MasterKeyFile);
        try
        {
            server.RequireKey(key);
        }
        catch (ProblemException error)
        {
            return Finding.Fail(error, "Server:Environment") with { Cure = "set Server:Environment to what this machine is for, or name its own key and data folder with Vault:MasterKeyFile and Vault:DataDirectory" };
        }

        return Finding.Ok($"there, whole, for its owner alone, and for {key.Purpose.ToString().ToLowerInvariant()}", options.MasterKeyFile);
    }
}

using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>The native library: its version, how it was built, and that our patch is in it.</summary>
internal sealed class LibraryCheck(VaultOptions options) : QuickCheck
{
    protected override Finding Look(CheckRequest request)
    {
        SqlCipher.Initialize(options.SqlCipherLibrary);
        return Finding.Ok($"SQLCipher {SqlCipher.Version}, built with all that is needed, with the patched join", options.SqlCipherLibrary ?? "the library beside the program");
    }
}

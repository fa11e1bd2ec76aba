using System.Globalization;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>Room on the disk of the data folder.</summary>
internal sealed class DiskCheck(VaultOptions options, IDiskProbe disk) : QuickCheck
{
    /// <summary>Below this the server counts as not ready, in bytes: room for the log of one large load.</summary>
    public const long LeastFree = 256L << 20;

    /// <summary>Below this somebody should make room, in bytes.</summary>
    private const long WarnBelow = 2L << 30;

    protected override Finding Look(CheckRequest request)
    {
        var (free, total) = disk.Space(options.DataDirectory);
        var text = string.Create(CultureInfo.InvariantCulture, $"{free / 1073741824.0:0.0} of {total / 1073741824.0:0.0} GiB are free");
        const string cure = "make room or a larger disk; what takes it: du -xh --max-depth=2 ";
        return free < LeastFree ? Finding.Fail($"Only {text}; what does not fit is refused.", options.DataDirectory, cure + options.DataDirectory)
            : free < WarnBelow ? Finding.Warn($"Only {text}.", options.DataDirectory, cure + options.DataDirectory)
            : Finding.Ok(text, options.DataDirectory);
    }
}

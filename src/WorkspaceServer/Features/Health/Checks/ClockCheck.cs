using System.Globalization;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>The clock is not behind what was already written, and something keeps it right.</summary>
internal sealed class ClockCheck(VaultOptions options, TimeProvider clock, HostPrograms programs) : ICheck
{
    private const string Cure = "apt-get install chrony && systemctl enable --now chrony; then see: chronyc tracking";

    /// <summary>How far apart from the world's the clock may be.</summary>
    private static readonly TimeSpan MaxOffset = TimeSpan.FromSeconds(1);

    /// <summary>How far in the future a file may have been written; file systems round.</summary>
    private static readonly TimeSpan MaxAhead = TimeSpan.FromSeconds(5);

    // Fields of chronyc -c tracking: offset of the system's clock in seconds, and the leap status at the end.
    private const int Offset = 4;

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel) => [AgainstFiles(), await AgainstTheWorldAsync(cancel)];

    private Finding AgainstFiles()
    {
        var now = clock.GetUtcNow();
        var newest = Directory.Exists(options.DataDirectory)
            ? new DirectoryInfo(options.DataDirectory).EnumerateFiles().MaxBy(file => file.LastWriteTimeUtc)
            : null;
        return newest is not null && newest.LastWriteTimeUtc - now.UtcDateTime > MaxAhead
            ? Finding.Fail(
                string.Create(CultureInfo.InvariantCulture, $"The clock says {now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, but a file was written at {newest.LastWriteTimeUtc:yyyy-MM-dd HH:mm:ss}: it was set back."),
                newest.FullName,
                Cure)
            : Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, not behind what was written"));
    }

    private async Task<Finding> AgainstTheWorldAsync(CancellationToken cancel)
    {
        if (await programs.AskAsync("chronyc", ["-c", "tracking"], cancel) is not { } answer)
        {
            return Finding.Warn("Nothing is known to keep the clock right: chrony is not installed.", "chrony", Cure);
        }

        var fields = answer.Text.Trim().Split(',');
        if (answer.ExitCode != 0 || fields.Length <= Offset || !double.TryParse(fields[Offset], CultureInfo.InvariantCulture, out var seconds))
        {
            return Finding.Fail($"chrony does not answer: {answer.Text.Trim()}", "chrony", "systemctl enable --now chrony");
        }

        return fields[^1] == "Not synchronised" ? Finding.Fail("The clock is not synchronised: codes and tokens may be refused.", "chrony", "chronyc sources; correct the servers in /etc/chrony/chrony.conf, then: systemctl restart chrony")
            : Math.Abs(seconds) > MaxOffset.TotalSeconds ? Finding.Fail(string.Create(CultureInfo.InvariantCulture, $"The clock is {seconds:0.0} s off: codes and tokens may be refused."), "chrony", "chronyc makestep")
            : Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"synchronised, {Math.Abs(seconds) * 1000:0.0} ms off"), "chrony");
    }
}

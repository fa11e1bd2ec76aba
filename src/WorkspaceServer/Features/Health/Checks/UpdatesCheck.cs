using System.Globalization;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>Security updates install themselves, and none is known that was not installed: of a package with one, everybody knows the hole.</summary>
internal sealed class UpdatesCheck(HostPrograms programs, TimeProvider clock, string listsFolder = "/var/lib/apt/lists") : ICheck
{
    private const string About = "/etc/apt/apt.conf.d";
    private const int MostNamed = 5;

    /// <summary>From then on the lists of packages say nothing about today.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(7);

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel) => await programs.AskAsync("apt-config", ["dump", "APT::Periodic::Unattended-Upgrade"], cancel) switch
    {
        null => [Finding.Warn("This is no Debian, so nothing says whether security updates install themselves.", About, "see by hand")],
        { Text: var text } when text.Contains("Unattended-Upgrade \"1\"", StringComparison.Ordinal) => [Finding.Ok("security updates install themselves", About), await MissingAsync(cancel)],
        _ => [Finding.Fail("Security updates do not install themselves.", About, "apt-get install unattended-upgrades && dpkg-reconfigure -f noninteractive -plow unattended-upgrades"), await MissingAsync(cancel)],
    };

    private async Task<Finding> MissingAsync(CancellationToken cancel)
    {
        var read = Directory.Exists(listsFolder) ? Directory.EnumerateFiles(listsFolder).Select(File.GetLastWriteTimeUtc).DefaultIfEmpty().Max() : default;
        if (clock.GetUtcNow().UtcDateTime - read > StaleAfter)
        {
            return Finding.Warn("Whether packages with known holes are installed is not known: the lists of packages are old.", listsFolder, "apt-get update, and see with journalctl -u apt-daily why it does not run by itself");
        }

        // Only says what it would do. A line is: Inst NAME [OLD] (NEW Debian-Security:13/stable-security [amd64])
        if (await programs.AskAsync("apt-get", ["--simulate", "-o", "Debug::NoLocking=true", "upgrade"], cancel) is not { ExitCode: 0 } answer)
        {
            return Finding.Warn("Whether packages with known holes are installed is not known: apt-get does not say.", "apt-get", "apt-get --simulate upgrade");
        }

        var missing = answer.Text.Split('\n').Where(line => line.StartsWith("Inst ", StringComparison.Ordinal) && line.Contains("-security", StringComparison.OrdinalIgnoreCase)).Select(line => line.Split(' ')[1]).ToArray();
        return missing.Length == 0
            ? Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"no installed package has a security update, by the lists of {read:yyyy-MM-dd}"), listsFolder)
            : Finding.Warn(
                string.Create(CultureInfo.InvariantCulture, $"{(missing.Length == 1 ? "An installed package has" : $"{missing.Length} installed packages have")} known holes: {string.Join(", ", missing.Take(MostNamed))}{(missing.Length > MostNamed ? " and more" : "")}."),
                listsFolder,
                "unattended-upgrade; then: systemctl restart what needrestart names");
    }
}

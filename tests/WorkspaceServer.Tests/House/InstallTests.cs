using System.Globalization;
using System.Text.RegularExpressions;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>What ops/install puts onto a machine, as far as it can be judged without one that systemd runs.</summary>
public sealed partial class InstallTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [Trait("claim", "A81")]
    [Trait("claim", "B7")]
    [InlineData("workspace-server", "workspace-server")]
    [InlineData("workspace-smoke", "workspace-server")]
    [InlineData("workspace-drill", "workspace-drill")]
    [InlineData("workspace-drill-sample", "workspace-drill")]
    public async Task TheUnitIsSoundAndShutsItsProgramIn(string name, string user)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd is not installed here.");
        var unit = Repository.PathOf($"ops/install/{name}.service");

        var security = await Script.RunAsync(folder.Path, "systemd-analyze", ["security", "--no-pager", "--offline=true", unit]);
        var exposure = Exposure().Match(security.Output);

        Assert.True(exposure.Success, security.Output + security.Errors);
        Assert.InRange(double.Parse(exposure.Groups["level"].Value, CultureInfo.InvariantCulture), 0, 2.5);
        var lines = await File.ReadAllLinesAsync(unit, TestContext.Current.CancellationToken);
        Assert.All([$"User={user}", "UMask=0077", "PrivateTmp=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "LimitCORE=0"], line => Assert.Contains(line, lines));
    }

    [Fact]
    [Trait("claim", "B39")]
    public async Task DrillsRunEveryNight_EveryWeekOneOfEverything_AndTheTwoDifferInNothingElse()
    {
        string[] Lines(string name) => File.ReadAllLines(Repository.PathOf("ops/install/" + name));
        string[] Same(string name) => [.. Lines(name).Where(line => !line.StartsWith('#') && !line.StartsWith("Description=", StringComparison.Ordinal) && !line.Contains("--out", StringComparison.Ordinal))];
        Assert.Equal(Same("workspace-drill.service"), Same("workspace-drill-sample.service").Where(line => line != "Environment=DRILL_SAMPLE=5"));
        var some = Lines("workspace-drill-sample.service");
        Assert.Contains(some, line => line.EndsWith("--sample ${DRILL_SAMPLE}", StringComparison.Ordinal));

        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd is not installed here.");
        foreach (var (name, days) in new[] { ("workspace-drill.timer", 7), ("workspace-drill-sample.timer", 1) })
        {
            var when = Lines(name).Single(line => line.StartsWith("OnCalendar=", StringComparison.Ordinal))["OnCalendar=".Length..];
            var run = await Script.RunAsync(folder.Path, "systemd-analyze", ["calendar", "--iterations=2", "--base-time=2026-11-24 00:00:00", when], new() { ["TZ"] = "UTC" });
            Assert.True(run.ExitCode == 0, run.Errors);
            var times = Times().Matches(run.Output).Select(match => DateTime.Parse(match.Value, CultureInfo.InvariantCulture)).Distinct().ToArray();
            Assert.Equal(TimeSpan.FromDays(days), times[1] - times[0]);
            Assert.Contains("Persistent=true", Lines(name));
        }
    }

    [Fact]
    [Trait("claim", "B32")]
    public async Task EveryUnitIsInThePackage()
    {
        folder.Write("program/workspace-server", "");
        var run = await Script.RunAsync("ops/install/files.sh", folder.File("program"), folder.File("root"));

        Assert.True(run.ExitCode == 0, run.Errors);
        var units = Directory.GetFiles(Repository.PathOf("ops/install")).Where(file => Path.GetExtension(file) is ".service" or ".timer").Select(Path.GetFileName);
        Assert.Equal(units.Order(StringComparer.Ordinal), Directory.GetFiles(folder.File("root/usr/lib/systemd/system")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(folder.File("root/usr/share/workspace-server/drill/restore-drill")));
    }

    [Theory]
    [Trait("claim", "A45")]
    [Trait("claim", "C7")]
    [InlineData("203.0.113.7 [2026-11-24T18:30:00+00:00] \"POST /sign-in HTTP/2.0\" 401 512 0.210", true)]
    [InlineData("203.0.113.7 [2026-11-24T18:30:00.123Z] \"POST /sign-in HTTP/2.0\" 401 512 0.210", true)]
    [InlineData("2001:db8::7 [2026-11-24T18:30:00+05:30] \"POST /sign-in/code HTTP/1.1\" 429 512 0.003", true)]
    [InlineData("203.0.113.7 [2026-11-24T18:30:00+00:00] \"POST /api/v1/agent/pair HTTP/1.1\" 401 512 0.210", true)]
    [InlineData("203.0.113.7 [2026-11-24T18:30:00+00:00] \"POST /step-up HTTP/2.0\" 401 512 0.210", true)]
    [InlineData("203.0.113.7 [2026-11-24T18:30:00+00:00] \"POST /sign-in HTTP/2.0\" 303 0 0.210", false)]
    [InlineData("203.0.113.7 [2026-11-24T18:30:00+00:00] \"GET /sign-in HTTP/2.0\" 401 512 0.001", false)]
    [InlineData("203.0.113.7 [2026-11-24T18:30:00+00:00] \"POST /mcp HTTP/2.0\" 401 512 0.001", false)]
    [InlineData("203.0.113.7 [2026-11-24T18:30:00+00:00] \"POST /oauth/token HTTP/2.0\" 401 512 0.001", false)]
    [InlineData("203.0.113.7 [2026-11-24T18:30:00+00:00] \"GET /x\" 198.51.100.1 [2026-11-24T18:30:00+00:00] \"POST /sign-in HTTP/1.1\" 401 1 HTTP/2.0\" 404 0 0.001", false)]
    public async Task TheJailCountsRefusedTriesOfPeople(string line, bool counts)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fail2ban-regex"), "fail2ban is not installed here.");
        folder.Write("access.log", line + "\n");

        var run = await Script.RunAsync(folder.Path, "fail2ban-regex", ["access.log", Repository.PathOf("ops/install/host/fail2ban-filter.conf")]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(counts ? "1 matched" : "0 matched", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A46")]
    [Trait("claim", "A47")]
    public async Task SshTakesKeysOnlyAndRootNotAtAll()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/sshd"), "There is no ssh server here.");
        Assert.Equal(0, (await Script.RunAsync(folder.Path, "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder.File("host")])).ExitCode);
        Directory.CreateDirectory("/run/sshd");

        var run = await Script.RunAsync(folder.Path, "/usr/sbin/sshd", ["-T", "-f", Repository.PathOf("ops/install/host/sshd.conf"), "-h", folder.File("host")]);

        Assert.True(run.ExitCode == 0, run.Errors);
        var lines = run.Output.Split('\n');
        Assert.All(["permitrootlogin no", "passwordauthentication no", "kbdinteractiveauthentication no"], line => Assert.Contains(line, lines));
    }

    [Fact]
    public async Task ADryRunSaysWhatItWouldDoAndDoesNothing()
    {
        var run = await Script.RunAsync("ops/install/install.sh", "--domain", "books.example.org", "--mail", "asha@example.org", "--dry-run");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Contains("Nothing was changed.", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("doing", run.Output, StringComparison.Ordinal);
        Assert.Contains("/etc/fail2ban/jail.d/workspace-server.conf", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("say the server's name")]
    [InlineData("say the server's name", "--domain", "books")]
    [InlineData("say the server's name", "--domain", "books.example.org/../../etc")]
    [InlineData("say the server's name", "--domain", "a.b; rm -rf /")]
    [InlineData("is no mail address", "--domain", "books.example.org", "--mail", "asha")]
    [InlineData("there is no file", "--domain", "books.example.org", "--package", "nothing.deb")]
    [InlineData("unknown option --domian", "--domian", "books.example.org")]
    public async Task WrongOptionsAreNamed(string message, params string[] options)
    {
        var run = await Script.RunAsync("ops/install/install.sh", [.. options, "--dry-run"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    [GeneratedRegex(@"exposure level for [^:]*: (?<level>[\d.]+)")]
    private static partial Regex Exposure();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")]
    private static partial Regex Times();
}

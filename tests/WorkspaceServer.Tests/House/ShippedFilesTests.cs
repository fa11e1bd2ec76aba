using System.Text.RegularExpressions;
using WorkspaceServer.Commands;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>What stands in files that are shipped, where nothing has to run to see whether it is so.</summary>
public sealed partial class ShippedFilesTests : IDisposable
{
    private const int LeastLogDays = 180;
    private static readonly string[] Units = ["workspace-server", "workspace-smoke", "workspace-drill", "workspace-drill-sample"];

    private readonly TemporaryFolder folder = new();

    /// <summary>Networks that are nobody's on the internet (RFC 1918, 6598, 3927, 4193 and 4291), and where clouds give out credentials.</summary>
    [Theory]
    [Trait("claim", "B7")]
    [Trait("claim", "D6")]
    [InlineData("10.0.0.0/8")]
    [InlineData("172.16.0.0/12")]
    [InlineData("192.168.0.0/16")]
    [InlineData("100.64.0.0/10")]
    [InlineData("169.254.0.0/16")]
    [InlineData("fc00::/7")]
    [InlineData("fe80::/10")]
    public void NoUnitReachesTheNetworksAroundItsMachine(string network)
    {
        foreach (var unit in Units.Select(Lines))
        {
            Assert.Contains(network, Value(unit, "IPAddressDeny").Split(' '));
            Assert.Equal("localhost", Value(unit, "IPAddressAllow"));
            Assert.Equal("AF_UNIX AF_INET AF_INET6", Value(unit, "RestrictAddressFamilies"));
        }
    }

    [Fact]
    [Trait("claim", "D6")]
    public void NoUnitHasCapabilitiesUsersOrFilesOfOthers()
    {
        foreach (var name in Units)
        {
            var unit = Lines(name);
            Assert.All(["PrivateUsers=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "AmbientCapabilities=", "ProtectHome=yes", "PrivateDevices=yes"], line => Assert.Contains(line, unit));
            Assert.All([name.Contains("drill", StringComparison.Ordinal) ? "-/var/lib/workspace-server" : "-/etc/workspace-drill", "-/var/log", "-/etc/letsencrypt"], path => Assert.Contains(path, Value(unit, "InaccessiblePaths").Split(' ')));
        }
    }

    [Fact]
    [Trait("claim", "A100")]
    public void NoSecretStandsInAUnitOrOnACommandLine_AndTheirFileIsForItsOwner()
    {
        var files = Repository.FilesUnder("ops/install/", ".service", ".timer", ".conf", ".sh", "Dockerfile", "postinst", "prerm", "postrm").ToArray();
        Assert.True(files.Length >= 15, string.Join(' ', files.Select(file => file.Path)));
        Assert.Empty(files.SelectMany(file => Secrets(file.Text).Select(found => $"{file.Path}: {found}")));
        Assert.Contains("0600", File.ReadAllText(Repository.PathOf("ops/runbooks/install.md")), StringComparison.Ordinal);
        Assert.Contains("mode 0600", File.ReadAllText(Repository.PathOf("keys.example/server.env")), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "A100")]
    [InlineData("ExecStart=/usr/bin/workspace-server --set Backup:SecretAccessKey=x serve")]
    [InlineData("Environment=WORKSPACE_Oidc__ClientSecret=x")]
    [InlineData("Environment=\"A=1\" \"WORKSPACE_Mail__Password=x\"")]
    [InlineData("    workspace-server --set Clerk:SecretKey=x serve")]
    [InlineData("AGE-SECRET-KEY-1QQQQ")]
    public void ASecretThereWouldBeFound(string line) => Assert.Single(Secrets(line + "\n"));

    [Theory]
    [Trait("claim", "A100")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASecretInTheSettingsFileOrOnTheCommandLineStopsEverything(bool inFile)
    {
        var key = OptionsSections.Secrets(Composition.AllSections()).First();
        folder.Write("appsettings.json", inFile ? $$"""{"{{key.Split(':')[0]}}": {"{{key.Split(':')[1]}}": "planted-secret"} }""" : "{}");
        string[] flags = inFile ? [] : ["--set", key + "=planted-secret"];

        var run = await ProgramRun.HereAsync(["--home", folder.Path, "--config", folder.File("appsettings.json"), .. flags, "config", "validate"]);

        Assert.Equal(ExitCodes.BadConfiguration, run.ExitCode);
        Assert.Contains($"{key} is a secret", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-secret", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B42")]
    public void WarningsAreErrors_AndLintingIsWhole()
    {
        var build = File.ReadAllText(Repository.PathOf("src/Directory.Build.props"));
        Assert.All(["<TreatWarningsAsErrors>true<", "<AnalysisLevel>latest-all<", "<EnforceCodeStyleInBuild>true<", "<Nullable>enable<"], setting => Assert.Contains(setting, build, StringComparison.Ordinal));
        // Nobody lowers it below, but that tests have to do with the rules that are recommended.
        var others = Repository.FilesUnder("", ".csproj", ".props", ".targets").Where(file => file.Path != "src/Directory.Build.props").ToList();
        Assert.DoesNotContain(others, file => file.Text.Contains("TreatWarningsAsErrors", StringComparison.Ordinal) || file.Text.Contains("<AnalysisMode>", StringComparison.Ordinal));
        var lower = Assert.Single(others, file => file.Text.Contains("<AnalysisLevel>", StringComparison.Ordinal));
        Assert.Equal("tests/Directory.Build.props", lower.Path);
        Assert.Contains("<AnalysisLevel>latest-recommended<", lower.Text, StringComparison.Ordinal);

        var lint = File.ReadAllText(Repository.PathOf("ops/lint.sh"));
        Assert.All(["dotnet format WorkspaceServer.sln --verify-no-changes", "shellcheck \"${scripts[@]}\"", "secret-scan.sh"], check => Assert.Contains(check, lint, StringComparison.Ordinal));
        Assert.Contains("\n\t@ops/lint.sh\n", File.ReadAllText(Repository.PathOf("Makefile")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B48")]
    public void LogsAreKeptForHalfAYear()
    {
        var journal = Lines("host/journald.conf", "");
        Assert.InRange(int.Parse(Days().Match(Value(journal, "MaxRetentionSec")).Groups["days"].Value, null), LeastLogDays, 366);
        Assert.Contains("Storage=persistent", journal);
        var rotate = Lines("host/logrotate.conf", "").Select(line => line.Trim()).ToArray();
        Assert.Contains("daily", rotate);
        Assert.InRange(int.Parse(rotate.Single(line => line.StartsWith("rotate ", StringComparison.Ordinal))["rotate ".Length..], null), LeastLogDays, 366);
    }

    [Fact]
    [Trait("claim", "C19")]
    [Trait("claim", "D60")]
    public void SecurityUpdatesAreTurnedOnByTheInstaller_AndPackagesAreAudited()
    {
        var apt = File.ReadAllText(Repository.PathOf("ops/install/host/apt-upgrades.conf"));
        Assert.Contains("APT::Periodic::Update-Package-Lists \"1\";", apt, StringComparison.Ordinal);
        Assert.Contains("APT::Periodic::Unattended-Upgrade \"1\";", apt, StringComparison.Ordinal);
        var installer = File.ReadAllText(Repository.PathOf("ops/install/install.sh"));
        Assert.Matches(@"wanted=\([^)]*\bunattended-upgrades\b", installer);
        Assert.Contains("put \"$here/host/apt-upgrades.conf\" /etc/apt/apt.conf.d/", installer, StringComparison.Ordinal);
        Assert.Contains("ops/audit.sh", File.ReadAllText(Repository.PathOf(".ci/run")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "D18")]
    public void TheContainerRunsAsTheServersUser_OnAFileSystemThatItCannotChange_AndSaysHowItIs()
    {
        var lines = File.ReadAllLines(Repository.PathOf("ops/install/Dockerfile"));
        int At(string start) => Array.FindLastIndex(lines, line => line.StartsWith(start, StringComparison.Ordinal));

        Assert.InRange(At("USER workspace-server"), Array.FindLastIndex(lines, line => line.StartsWith("RUN", StringComparison.Ordinal)) + 1, At("CMD"));
        Assert.Contains("/readyz", lines[At("HEALTHCHECK")], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("#   docker run", StringComparison.Ordinal) && line.Contains("--read-only --tmpfs /tmp", StringComparison.Ordinal) && line.Contains("--cap-drop ALL", StringComparison.Ordinal));
        // What it writes has a volume.
        Assert.Contains("\"/var/lib/workspace-server\", \"/etc/workspace-server/keys\"", lines[At("VOLUME")], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "E2")]
    public async Task EveryTargetIsThere_AndMakeAloneListsThem()
    {
        Assert.All(
            ["src", "tests", "ops", "keys.example", "WorkspaceServer.sln", "nginx.conf", "Makefile", "README.md"],
            entry => Assert.Contains(Repository.Files, file => file == entry || file.StartsWith(entry + "/", StringComparison.Ordinal)));
        var help = await Script.RunAsync(Repository.Root, "make", []);

        Assert.True(help.ExitCode == 0, help.Errors);
        foreach (var target in (string[])["build", "test", "run", "drill", "lint", "audit", "package", "install", "attack", "claims", "bench"])
        {
            Assert.Matches($@"(?m)^  {target} +\S", help.Output);
            // Every command of the recipe is there: what a dry run prints is a script of ours or a program of the SDK.
            var recipe = await Script.RunAsync(Repository.Root, "make", ["--dry-run", target]);
            Assert.True(recipe.ExitCode == 0, recipe.Errors);
            Assert.All(OurScript().Matches(recipe.Output).Select(match => match.Value), script => Assert.True(File.Exists(Repository.PathOf(script)), script));
        }
    }

    [Fact]
    [Trait("claim", "A109")]
    [Trait("claim", "A110")]
    public void TheReadmeSaysWhatThereIsNot()
    {
        var limits = File.ReadAllText(Repository.PathOf("README.md")).Split("## What it is not, yet")[1].Split("\n## ")[0];
        Assert.Contains("no bring-your-own-key", limits, StringComparison.Ordinal);
        Assert.Contains("no replication to other regions", limits, StringComparison.Ordinal);
        Assert.Contains("`key rotate`", limits, StringComparison.Ordinal);
        // Nothing that a person reads promises otherwise.
        Assert.Empty(Repository.FilesUnder("src/WorkspaceServer/", ".cs", ".razor").SelectMany(file => Promises().Matches(file.Text).Select(match => $"{file.Path}: {match.Value}")));
        Assert.Matches(Promises(), "Your books are replicated across regions.");
    }

    public void Dispose() => folder.Dispose();

    private static string[] Lines(string name) => Lines(name, ".service");

    private static string[] Lines(string name, string ending) => File.ReadAllLines(Repository.PathOf($"ops/install/{name}{ending}"));

    private static string Value(string[] lines, string key) => Assert.Single(lines, line => line.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];

    private static IEnumerable<string> Secrets(string text) => SecretSetting().Matches(text).Select(match => match.Value);

    [GeneratedRegex(@"^\s*(ExecStart=|Environment=|ENV |workspace-server ).*(secret|password|token|api_?key)\w*=\S.*$|AGE-SECRET-KEY-1\w+|-----BEGIN [A-Z ]*PRIVATE KEY-----", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex SecretSetting();

    [GeneratedRegex(@"^(?<days>\d+)day$")]
    private static partial Regex Days();

    [GeneratedRegex(@"\bops/[a-z/-]+\.sh\b")]
    private static partial Regex OurScript();

    [GeneratedRegex(@"replicat(ed|es|ion) (to|across|over|in) |multi-region|bring your own key|BYOK", RegexOptions.IgnoreCase)]
    private static partial Regex Promises();
}

using System.Diagnostics;
using System.Text.Json;
using WorkspaceServer.Features.Controls;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Commands;

/// <summary>The verb, as an operator runs it; what each check finds is in ChecksTests.</summary>
public sealed class DoctorTests : IDisposable
{
    private const string AnyPort = "Server:Url=http://127.0.0.1:0";

    private readonly TemporaryFolder folder = new();

    [Fact]
    [Trait("claim", "B3")]
    [Trait("claim", "E17")]
    public async Task OfASoundServerItSaysWhatIsWhere()
    {
        await RunAsync("init");
        await RunAsync("workspace", "create", "Books");
        await RunAsync("audit", "verify");

        var run = await RunAsync("--set", AnyPort, "doctor");
        var document = (await RunAsync("--set", AnyPort, "doctor", "--json")).Json;
        var findings = document.GetProperty("findings").EnumerateArray().ToArray();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("Nothing is wrong", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(findings, finding => Is(finding, "state", "fail"));
        foreach (var check in (string[])["configuration", "secrets file", "SQLCipher library", "master key", "data folder", "disk", "open files", "clock", "port", "control database", "audit log", "places", "workspace folders", "workspace Books", "SQL sandbox"])
        {
            Assert.Contains(findings, finding => Is(finding, "check", check) && Is(finding, "state", "ok"));
        }

        // What works and yet is no way to run a server for others is a warning, with its cure.
        foreach (var check in (string[])["public address", "mail", "backup"])
        {
            Assert.NotEmpty(Assert.Single(findings, finding => Is(finding, "check", check) && Is(finding, "state", "warn")).GetProperty("cure").GetString()!);
        }

        // Each control with its state: what a check has just seen, what is turned off, what nobody looked at, and what there is not.
        var controls = document.GetProperty("controls").EnumerateArray().ToDictionary(control => control.GetProperty("id").GetString()!);
        Assert.Equal(SecurityControl.All.Select(control => control.Id), controls.Keys);
        Assert.Equal(
            ["live", "absent", "partial", "absent"],
            ((string[])["master-key", "nightly-backup", "ssh", "certificate"]).Select(id => controls[id].GetProperty("state").GetString()));
        Assert.NotEqual(JsonValueKind.Null, controls["master-key"].GetProperty("checked_at").ValueKind);
        Assert.Contains("MasterKeyTests", controls["master-key"].GetProperty("tests").EnumerateArray().Select(test => test.GetString()));
        Assert.Equal("ssh", Assert.Single(controls["ssh"].GetProperty("unseen").EnumerateArray()).GetString());
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task SeveralWrongSettingsAreAllNamed()
    {
        await RunAsync("init");

        var findings = await FailuresAsync("--set", "Foo:Bar=1", "--set", "Query:Deadline=1", "--set", "Limits:SignIn=0");

        Assert.Equal(["Foo", "Limits", "Query"], findings.Where(finding => finding.Check == "configuration").Select(finding => finding.About).Order(StringComparer.Ordinal));
        Assert.All(findings, finding => Assert.Contains("config validate", finding.Cure, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("claim", "A34")]
    [Trait("claim", "A100")]
    [Trait("claim", "E17")]
    public async Task AnOpenFileOfSecretsStopsEverythingAndIsNamed()
    {
        var secrets = folder.File("server.env");
        await File.WriteAllTextAsync(secrets, "WORKSPACE_Mail__Host=localhost\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        string[] config = ["--config", folder.File("appsettings.json")];
        await File.WriteAllTextAsync(folder.File("appsettings.json"), "{}", TestContext.Current.CancellationToken);

        var finding = Assert.Single(await FailuresAsync(config));
        Assert.Equal($"chmod 0600 {secrets}", finding.Cure);
        Assert.Equal(78, (await ProgramRun.StartAsync(["--home", folder.Path, .. config, "serve"])).ExitCode);

        File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RunAsync([.. config, "init"]);
        Assert.Empty(await FailuresAsync(config));
        Assert.SkipUnless(Environment.UserName == "root", "only root can give a file away");
        await SystemAsync("chown", "65534", secrets);
        Assert.Equal($"chown $(id -u) {secrets}", Assert.Single(await FailuresAsync(config)).Cure);
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task RootIsNotToldToTakeWhatIsTheServices()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can give a folder away");
        await RunAsync("init");
        await SystemAsync("chown", "-R", "65534", folder.File("data"), folder.File("keys"));

        var run = await RunAsync("doctor");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("sudo -u '#65534' workspace-server doctor", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("chown", run.Output, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static bool Is(JsonElement finding, string name, string value) => finding.GetProperty(name).GetString() == value;

    /// <summary>What doctor says is wrong; its exit code must agree, and each finding must have a cure.</summary>
    private async Task<IReadOnlyList<(string Check, string Text, string? About, string? Cure)>> FailuresAsync(params string[] arguments)
    {
        var run = await RunAsync(["--set", AnyPort, "doctor", .. arguments, "--json"]);
        var failed = run.Json.GetProperty("findings").EnumerateArray().Where(finding => Is(finding, "state", "fail")).ToArray();
        Assert.Equal(failed.Length == 0 ? 0 : 1, run.ExitCode);
        return [.. failed.Select(finding => (finding.GetProperty("check").GetString()!, finding.GetProperty("text").GetString()!, finding.GetProperty("about").GetString(), finding.GetProperty("cure").GetString()))];
    }

    private static async Task SystemAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) =>
        ProgramRun.HereAsync(["--home", folder.Path, .. arguments]);
}

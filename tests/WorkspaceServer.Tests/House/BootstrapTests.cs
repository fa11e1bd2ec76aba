using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>ops/bootstrap.sh on a machine that is made of stand-ins: only the commands named here exist.</summary>
public sealed class BootstrapTests : IDisposable
{
    private static readonly string[] Tools = ["make", "gcc", "strip", "openssl", "npm", "zip", "git", "chromium"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task NothingIsDone_WhenNothingIsMissing()
    {
        var run = await BootstrapAsync("build", Tools);

        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Errors));
        Assert.Equal("", AptCalls);
    }

    [Fact]
    public async Task OnlyWhatIsMissingIsInstalled()
    {
        var run = await BootstrapAsync("test", [.. Tools.Except(["gcc", "npm"])]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("installing Debian packages: gcc npm shellcheck strace age", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\A-qq .* update\n-qq .* install --yes --no-install-recommends gcc npm shellcheck strace age\n\z", AptCalls);
    }

    [Fact]
    public async Task AnOrdinaryUserGoesThroughSudo()
    {
        _folder.Write("bin/sudo", "#!/bin/bash\necho sudo >>\"$(dirname \"$0\")/apt.log\"; exec \"$@\"\n", executable: true);

        var run = await BootstrapAsync("build", [.. Tools.Except(["gcc"])], userId: 1000);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("sudo\n-qq", AptCalls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutSudoTheCommandIsNamed()
    {
        var run = await BootstrapAsync("build", [.. Tools.Except(["gcc"])], userId: 1000);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("As root: apt-get install gcc", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", AptCalls);
    }

    [Theory]
    [InlineData("8.0.100 [/usr/share/dotnet/sdk]", "no .NET SDK 10")]
    [InlineData("", "no .NET SDK 10")]
    public async Task AnotherSdkIsNotEnough(string sdks, string reason)
    {
        var run = await BootstrapAsync("build", Tools, sdks: sdks);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(reason, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFailedInstallationIsNotCalledReady()
    {
        var run = await BootstrapAsync("build", [.. Tools.Except(["gcc"])], aptExitCode: 100);

        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain("ready", run.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string AptCalls => File.Exists(Path.Combine(_folder.Path, "bin/apt.log")) ? File.ReadAllText(Path.Combine(_folder.Path, "bin/apt.log")) : "";

    private Task<Script> BootstrapAsync(
        string mode, string[] tools, int userId = 0, string sdks = "9.0.1 [/x]\n10.0.401 [/usr/share/dotnet/sdk]", int aptExitCode = 0)
    {
        foreach (var tool in tools)
        {
            _folder.Write($"bin/{tool}", "#!/bin/bash\n", executable: true);
        }

        _folder.Write("bin/dotnet", $"#!/bin/bash\nprintf '%s\\n' '{sdks}'\n", executable: true);
        _folder.Write("bin/id", $"#!/bin/bash\necho {userId}\n", executable: true);
        _folder.Write("bin/apt-get", $"#!/bin/bash\necho \"$*\" >>\"${{0%/*}}/apt.log\"; exit {aptExitCode}\n", executable: true);
        foreach (var basic in new[] { "env", "dirname" })
        {
            File.CreateSymbolicLink(Path.Combine(_folder.Path, "bin", basic), $"/usr/bin/{basic}");
        }

        return Script.RunAsync(Repository.Root, "/bin/bash", [Repository.PathOf("ops/bootstrap.sh"), mode],
            new() { ["PATH"] = Path.Combine(_folder.Path, "bin") });
    }
}

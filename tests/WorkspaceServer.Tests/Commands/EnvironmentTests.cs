using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Commands;

/// <summary>Keys and data remember what they were made for, and a server for something else leaves them alone.</summary>
public sealed class EnvironmentTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Key => folder.File("keys/master.key");

    [Theory]
    [Trait("claim", "B4")]
    [InlineData("production", "development")]
    [InlineData("production", "staging")]
    [InlineData("development", "production")]
    [InlineData("staging", "development")]
    public async Task AServerForSomethingElseDoesNotStart_AndChangesNothing(string made, string started)
    {
        Assert.Equal(ExitCodes.Ok, (await RunAsync(made, "init")).ExitCode);
        var before = await File.ReadAllBytesAsync(folder.File("data/control.db"), TestContext.Current.CancellationToken);

        foreach (var verb in (string[][])[["serve"], ["workspace", "create", "Books"], ["token", "list", "-w", "Books"]])
        {
            var run = await RunAsync(started, verb);
            Assert.Equal(ExitCodes.BadConfiguration, run.ExitCode);
            Assert.Contains($"is for {made}, and Server:Environment says {started}", run.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(folder.File("data/control.db"), TestContext.Current.CancellationToken));
        Assert.Contains(
            (await RunAsync(started, "doctor", "--json")).Json.GetProperty("findings").EnumerateArray(),
            finding => finding.GetProperty("check").GetString() == "master key" && finding.GetProperty("state").GetString() == "fail" && finding.GetProperty("cure").GetString()!.Contains("Server:Environment", StringComparison.Ordinal));
        Assert.Equal(ExitCodes.Ok, (await RunAsync(made, "workspace", "list")).ExitCode);
    }

    [Fact]
    [Trait("claim", "B4")]
    public async Task TheControlDatabaseRemembersItByItself_WhenTheKeysWordIsCutOff()
    {
        Assert.Equal(ExitCodes.Ok, (await RunAsync("development", "init")).ExitCode);
        var bytes = await File.ReadAllBytesAsync(Key, TestContext.Current.CancellationToken);
        Assert.Equal("Development", System.Text.Encoding.ASCII.GetString(bytes[32..]));
        File.Delete(Key);
        await File.WriteAllBytesAsync(Key, bytes[..32], TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Key, UnixFileMode.UserRead);

        var run = await RunAsync("production", "workspace", "list");

        Assert.Equal(ExitCodes.BadConfiguration, run.ExitCode);
        Assert.Contains("The control database", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "B4")]
    public async Task AKeyOfProductionMakesNoDataForDevelopment()
    {
        Assert.Equal(ExitCodes.Ok, (await RunAsync("production", "init")).ExitCode);
        Directory.Delete(folder.File("data"), recursive: true);

        Assert.Equal(ExitCodes.BadConfiguration, (await RunAsync("development", "init")).ExitCode);
        Assert.False(File.Exists(folder.File("data/control.db")));
    }

    public void Dispose() => folder.Dispose();

    private Task<ProgramRun> RunAsync(string environment, params string[] arguments) =>
        ProgramRun.HereAsync(["--home", folder.Path, "--set", "Server:Environment=" + environment, "--set", "Server:Url=http://127.0.0.1:0", .. arguments]);
}

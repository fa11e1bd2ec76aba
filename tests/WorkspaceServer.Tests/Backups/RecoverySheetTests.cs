using System.Diagnostics;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Keys;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>The page for paper: whether somebody has it, and has the one that is true.</summary>
public sealed class RecoverySheetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("action", nameof(AuditActions.RecoverySheetConfirmed))]
    public async Task TheDoctorWarnsUntilTheCharactersOnThePaperWereTyped_AndAgainWhenItIsNoLongerTrue()
    {
        await RunAsync(0, "init");
        Assert.Contains("Nobody has shown yet", await DoctorAsync(), StringComparison.Ordinal);
        var code = (await RunAsync(0, "key", "recovery-sheet", "--json")).Json.GetProperty("code").GetString()!;
        Assert.Contains(code, (await RunAsync(0, "key", "recovery-sheet")).Output, StringComparison.Ordinal);

        await RunAsync(2, "key", "recovery-sheet", "--confirm", "0000-0000");
        Assert.Contains("Nobody has shown yet", await DoctorAsync(), StringComparison.Ordinal);
        await RunAsync(0, "key", "recovery-sheet", "--confirm", " " + code.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal).Replace('0', 'o').Replace('1', 'l'));
        Assert.Contains("the sheet of these keys was kept on", await DoctorAsync(), StringComparison.Ordinal);
        Assert.Single((await RunAsync(0, "audit", "list", "--action", "recovery_sheet.confirmed", "--json")).Json.GetProperty("rows").EnumerateArray());

        Assert.Contains("of other keys or another store", (await RunAsync(0, "doctor", "--set", "Backup:Directory=/mnt/other")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SomebodyAtATerminalIsAsked_AndNobodyElse()
    {
        // What a program calls has no terminal: it ends by itself.
        await RunAsync(0, "init");
        await RunAsync(0, "key", "recovery-sheet");

        var asked = await OnATerminalAsync("key recovery-sheet", "wrong\n\n");
        Assert.Contains("Type the characters from the printed sheet", asked, StringComparison.Ordinal);
        Assert.Contains("These are not the characters", asked, StringComparison.Ordinal);
        Assert.Contains("Nobody has shown yet", await DoctorAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("Type the characters", await OnATerminalAsync("key recovery-sheet --yes", ""), StringComparison.Ordinal);

        var code = (await RunAsync(0, "key", "recovery-sheet", "--json")).Json.GetProperty("code").GetString();
        Assert.Contains("Noted: the sheet was kept.", await OnATerminalAsync("key recovery-sheet", code + "\n"), StringComparison.Ordinal);
        Assert.Contains("the sheet of these keys was kept on", await DoctorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InitAsksAtATerminal_UnlessItIsToldNotTo()
    {
        Assert.Contains("RECOVERY SHEET", await OnATerminalAsync("init", "\n"), StringComparison.Ordinal);
        Directory.Delete(folder.File("a"), recursive: true);
        Assert.DoesNotContain("RECOVERY SHEET", await OnATerminalAsync("init --yes", ""), StringComparison.Ordinal);
    }

    [Fact]
    public void AnyChangeOfKeysOrStoreIsAnotherSheet()
    {
        var sheet = new RecoverySheet("https://a", "/keys/master.key", "ab12", "the folder /b", ["age1a", "age1b"]);
        Assert.Matches("^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$", sheet.Code);
        Assert.Equal(sheet.Code, (sheet with { Recipients = ["age1b", "age1a"] }).Code);
        Assert.All([sheet with { MasterKeyFingerprint = "ab13" }, sheet with { Store = "the folder /c" }, sheet with { Recipients = ["age1a"] }], other => Assert.NotEqual(sheet.Code, other.Code));
        Assert.False(sheet.IsCode(""));
    }

    /// <summary>script(1) gives a program a terminal, and types what it reads.</summary>
    private async Task<string> OnATerminalAsync(string verb, string typed)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "workspace-server");
        var start = new ProcessStartInfo("script", ["-qec", $"'{program}' --home '{folder.File("a")}' {verb}", "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(typed);
        await process.StandardInput.FlushAsync(Cancel);
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return output;
    }

    private async Task<string> DoctorAsync() => (await RunAsync(0, "doctor")).Output;

    private async Task<ProgramRun> RunAsync(int exitCode, params string[] arguments)
    {
        var run = await ProgramRun.HereAsync(["--home", folder.File("a"), .. arguments]);
        Assert.True(run.ExitCode == exitCode, run.Output + run.Error);
        return run;
    }
}

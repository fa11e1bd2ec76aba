using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>The whole way as an operator goes it: from a new server to a bare machine that has everything back.</summary>
public sealed class BackupVerbsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private string recipient = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("claim", "A94")]
    [Trait("action", nameof(AuditActions.BackupConfigured))]
    [Trait("action", nameof(AuditActions.BackupVerified))]
    public async Task FromANewServerToABareMachine()
    {
        Assert.Equal(0, (await RunAsync("a", "init")).ExitCode);
        Assert.Equal(4, (await RunAsync("a", "backup", "run")).ExitCode);
        Assert.Contains("off:", (await RunAsync("a", "doctor")).Output, StringComparison.Ordinal);
        Assert.Equal(10, (await RunAsync("a", "backup", "list")).ExitCode);
        recipient = (await RunAsync("a", "backup", "configure", "--new-identity", folder.File("backup.key"), "--json")).Json.GetProperty("new_recipient").GetString()!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("backup.key")));
        Assert.Equal(1, (await RunAsync("a", "doctor")).ExitCode);

        var sheet = (await RunAsync("a", "key", "recovery-sheet")).Output;
        Assert.Contains($"Belongs to: {recipient}", sheet, StringComparison.Ordinal);
        Assert.Contains(folder.File("store"), sheet, StringComparison.Ordinal);
        Assert.Matches("Fingerprint: [0-9a-f]{8,}", sheet);
        Assert.DoesNotContain("AGE-SECRET-KEY-1", sheet, StringComparison.Ordinal);

        await RunAsync("a", "workspace", "create", "Books", "--sample");
        var made = await RunAsync("a", "backup", "run", "--json");
        Assert.Equal((0, 2), (made.ExitCode, made.Json.GetProperty("uploaded").GetInt32()));
        await RunAsync("a", "workspace", "create", "Second");
        Assert.Equal(2, (await RunAsync("a", "backup", "run", "--changes", "--json")).Json.GetProperty("files").GetInt32());
        Assert.Equal(2, (await RunAsync("a", "backup", "list", "--json")).Json.GetArrayLength());
        Assert.True((await RunAsync("a", "backup", "verify", "--identity", folder.File("backup.key"), "--json")).Json.GetProperty("whole").GetBoolean());
        Assert.Equal(0, (await RunAsync("a", "backup", "prune")).ExitCode);
        Assert.Contains("The store: a folder has no object lock and no versions", (await RunAsync("a", "backup", "list")).Output, StringComparison.Ordinal);
        var doctor = await RunAsync("a", "doctor");
        Assert.Equal(0, doctor.ExitCode);
        Assert.Contains("Better: keep another copy out of reach of this machine, or use an S3 bucket with Object Lock", doctor.Output, StringComparison.Ordinal);

        var restored = await RunAsync("b", "restore", "--identity", folder.File("backup.key"), "--master-key", folder.File("a/keys/master.key"), "--json");
        Assert.True(restored.ExitCode == 0, restored.Error);
        Assert.Equal(2, restored.Json.GetProperty("workspaces").GetInt32());
        Assert.Equal(0, (await RunAsync("b", "doctor", "--thorough")).ExitCode);
        Assert.Equal(0, (await RunAsync("b", "audit", "verify")).ExitCode);
        const string sum = "SELECT count(*) FROM voucher_lines";
        Assert.Equal(
            (await RunAsync("a", "query", "-w", "Books", sum, "--json")).Json.GetProperty("rows")[0][0].GetInt64(),
            (await RunAsync("b", "query", "-w", "Books", sum, "--json")).Json.GetProperty("rows")[0][0].GetInt64());

        var one = await RunAsync("a", "restore", "--identity", folder.File("backup.key"), "-w", "Books", "--as", "Books of then", "--json");
        Assert.True(one.ExitCode == 0, one.Error);
        Assert.Equal(0, (await RunAsync("a", "table", "list", "-w", "Books of then")).ExitCode);
        Assert.Equal(0, (await RunAsync("a", "doctor", "--thorough")).ExitCode);
    }

    [Fact]
    public async Task TheIdentityIsNeverPrintedAndNeverOverwritten()
    {
        await RunAsync("a", "init");
        var run = await RunAsync("a", "backup", "configure", "--new-identity", folder.File("backup.key"));

        Assert.Contains("age1", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("AGE-SECRET-KEY", run.Output + run.Error, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(folder.File("backup.key"), Cancel);
        Assert.Contains("AGE-SECRET-KEY-1", text, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("a", "backup", "configure", "--new-identity", folder.File("backup.key"))).ExitCode);
        Assert.Equal(text, await File.ReadAllTextAsync(folder.File("backup.key"), Cancel));
    }

    private Task<ProgramRun> RunAsync(string home, params string[] arguments) => ProgramRun.HereAsync(
    [
        "--home", folder.File(home), "--set", $"Backup:Directory={folder.File("store")}", .. recipient.Length > 0 ? (string[])["--set", $"Backup:Recipients:0={recipient}"] : [], .. arguments,
    ]);
}

using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Commands;

/// <summary>What an operator gets from the program: what it prints, where, and with which exit code.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task FromNothingToAnAnswer()
    {
        Assert.Equal(0, (await StartAsync("init")).ExitCode);
        var made = await StartAsync("workspace", "create", "Books", "--sample", "--json");
        var id = made.Json.GetProperty("id").GetString()!;
        Assert.Equal(13, made.Json.GetProperty("tables").GetArrayLength());

        var answer = await StartAsync("query", "-w", id, "SELECT round(sum(amount), 2) FROM voucher_lines", "--json");
        Assert.Equal(0, answer.Json.GetProperty("rows")[0][0].GetDouble());
        Assert.Contains("13 tables", (await StartAsync("doctor", "--thorough")).Output, StringComparison.Ordinal);
        Assert.Contains("parties", (await StartAsync("table", "list", "-w", "books")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDemoAnswersItsFirstQuestion()
    {
        var run = await StartAsync("--set", "Server:Url=http://127.0.0.1:0", "demo", "--once");

        Assert.Equal("", run.Error);
        Assert.Contains("open_invoices", run.Output, StringComparison.Ordinal);
        Assert.Contains("5 rows", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("wsp_mcp_", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A29")]
    [Trait("claim", "E4")]
    public async Task ADeletedWorkspaceLeavesTheOthersAsTheyWere()
    {
        await RunAsync("init");
        var ids = new List<string>();
        foreach (var name in (string[])["One", "Two", "Three"])
        {
            ids.Add((await RunAsync("workspace", "create", name, "--json")).Json.GetProperty("id").GetString()!);
        }

        string[] File(string id) => Directory.GetFiles(folder.File($"data/workspaces/{id}"));
        var before = ids.Skip(1).SelectMany(File).ToDictionary(file => file, System.IO.File.ReadAllBytes);
        Assert.Equal(2, (await RunAsync("workspace", "delete", "One")).ExitCode);
        Assert.Equal(0, (await RunAsync("workspace", "delete", "One", "--yes")).ExitCode);

        Assert.Equal(1, (await RunAsync("workspace", "show", "One")).ExitCode);
        Assert.True(Directory.Exists(folder.File($"data/workspaces/{ids[0]}")));
        Assert.Equal(0, (await RunAsync("key", "destroy", "--workspace", ids[0], "--yes")).ExitCode);

        Assert.False(Directory.Exists(folder.File($"data/workspaces/{ids[0]}")));
        Assert.All(before, file => Assert.Equal(file.Value, System.IO.File.ReadAllBytes(file.Key)));
    }

    [Fact]
    [Trait("claim", "E13")]
    public async Task TheLimitsInForceArePrinted()
    {
        await RunAsync("init");
        var limits = (await RunAsync("--set", "Limits:SignIn=7", "limits", "--json")).Json;
        var signIn = limits.GetProperty("classes").EnumerateArray().Single(each => each.GetProperty("name").GetString() == "sign-in");

        Assert.Equal(7, signIn.GetProperty("requests").GetInt32());
        Assert.Contains("/mcp", (await RunAsync("limits")).Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "C32")]
    public async Task ATokenIsMadeWithABudgetOfItsOwn_AndTheListShowsWhatItReadToday()
    {
        await RunAsync("init");
        await RunAsync("workspace", "create", "Books");
        var made = await RunAsync("token", "create", "-w", "Books", "--rows-per-day", "50", "--bytes-per-day", "6000", "--json");
        var listed = (await RunAsync("token", "list", "--json")).Json[0];

        Assert.Equal(50, made.Json.GetProperty("rows_per_day").GetInt64());
        Assert.Equal(50, listed.GetProperty("rows_per_day").GetInt64());
        Assert.Equal(6000, listed.GetProperty("bytes_per_day").GetInt64());
        Assert.Equal(0, listed.GetProperty("rows_today").GetInt64());
    }

    [Theory]
    [Trait("claim", "A31")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead)]
    public async Task AKeyThatOthersMayReadStopsTheStart(UnixFileMode mode)
    {
        await RunAsync("init");
        File.SetUnixFileMode(folder.File("keys/master.key"), mode);

        var run = await StartAsync("serve");

        Assert.Equal(78, run.ExitCode);
        Assert.Contains("chmod 0400", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A32")]
    public async Task TheMasterKeyIsNowhereButInItsFile()
    {
        await RunAsync("init");
        await RunAsync("workspace", "create", "Books", "--sample");
        await StartAsync("demo", "--once", "--set", "Server:Url=http://127.0.0.1:0");
        var key = await File.ReadAllBytesAsync(folder.File("keys/master.key"), TestContext.Current.CancellationToken);
        var output = string.Concat((await RunAsync("config", "print")).Output, (await RunAsync("doctor", "--json")).Output, (await RunAsync("workspace", "list", "--json")).Output);

        string[] spellings = [Convert.ToHexString(key), Convert.ToHexStringLower(key), Convert.ToBase64String(key)];
        Assert.All(spellings, text => Assert.DoesNotContain(text, output, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(folder.File("data"), "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.True(bytes.AsSpan().IndexOf(key) < 0, file);
            Assert.All(spellings, text => Assert.True(bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(text)) < 0, file));
        }
    }

    [Fact]
    public async Task AnotherMasterKeyOpensNothing()
    {
        await RunAsync("init");
        File.Delete(folder.File("keys/master.key"));
        Vault.Keys.MasterKey.Create(folder.File("keys/master.key"));

        var run = await RunAsync("workspace", "list");

        Assert.Equal(12, run.ExitCode);
        Assert.Contains("another master key", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainSqliteIsRefused()
    {
        string[] places = ["/usr/lib/x86_64-linux-gnu/libsqlite3.so.0", "/usr/lib/aarch64-linux-gnu/libsqlite3.so.0"];
        var plain = places.FirstOrDefault(File.Exists);
        Assert.SkipWhen(plain is null, "this machine has no plain SQLite library to try (Debian package libsqlite3-0)");

        var run = await StartAsync("--set", $"Vault:SqlCipherLibrary={plain}", "init");

        Assert.Equal(78, run.ExitCode);
        Assert.Contains("plain SQLite, not SQLCipher", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("data")));
    }

    /// <summary>A library is loaded once, so each of these is a process of its own.</summary>
    [Theory]
    [InlineData(78, "no SQLCipher library at", "--set", "Vault:SqlCipherLibrary=/nowhere.so", "version")]
    [InlineData(78, "cannot be loaded", "--set", "Vault:SqlCipherLibrary=/etc/passwd", "version")]
    public async Task ALibraryThatCannotBeUsedIsNamed(int code, string message, params string[] arguments) => AssertSaid(code, message, await StartAsync(arguments));

    [Theory]
    [InlineData(78, "Run: workspace-server init", "workspace", "list")]
    [InlineData(78, "no section 'Foo'", "--set", "Foo:Bar=1", "config", "validate")]
    [InlineData(78, "DeadlineMilliseconds", "--set", "Query:DeadlineMilliseconds=99", "config", "validate")]
    [InlineData(78, "no setting 'Query:Deadline'", "--set", "Query:Deadline=1", "config", "validate")]
    [InlineData(78, "inside the data folder", "--set", "Vault:MasterKeyFile=/tmp/x/master.key", "--set", "Vault:DataDirectory=/tmp/x", "config", "validate")]
    [InlineData(78, "can be reached from other machines", "--set", "Server:Url=http://0.0.0.0:8080", "config", "validate")]
    [InlineData(78, "no setting 'Limits:Sign'", "--set", "Limits:Sign=1", "config", "validate")]
    [InlineData(78, "Limits:SignIn: must be 1 to", "--set", "Limits:SignIn=0", "config", "validate")]
    [InlineData(2, "--help", "workspace", "create")]
    public async Task WhatIsWrongIsSaidInOneSentence(int code, string message, params string[] arguments) => AssertSaid(code, message, await RunAsync(arguments));

    public void Dispose() => folder.Dispose();

    private static void AssertSaid(int code, string message, ProgramRun run)
    {
        Assert.Equal(code, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    private Task<ProgramRun> StartAsync(params string[] arguments) => ProgramRun.StartAsync(["--home", folder.Path, .. arguments]);

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.HereAsync(["--home", folder.Path, .. arguments]);
}

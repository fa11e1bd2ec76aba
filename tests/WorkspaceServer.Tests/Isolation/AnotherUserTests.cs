using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>
/// Somebody else on the same machine, while the real server runs: started with a umask that forbids nothing, in a folder that everybody may
/// enter, so that only the server's own care is tried.
/// </summary>
public sealed partial class AnotherUserTests(AnotherUserTests.Running server) : IClassFixture<AnotherUserTests.Running>, IAsyncLifetime
{
    private const string Nobody = "65534";
    private const UnixFileMode Everybody =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // Every path that can be opened to be read or written, or followed, is named.
    private const string Try = """
        for path in "$@"; do
            (exec 3<"$path") 2>/dev/null && echo "reads $path"
            if [ ! -d "$path" ]; then (exec 3>>"$path") 2>/dev/null && echo "writes $path"; fi
            readlink -- "$path" >/dev/null && echo "follows $path"
            if [ -d "$path" ]; then (exec 3>"$path/planted") 2>/dev/null && echo "makes files in $path"; fi
        done
        true
        """;

    private static readonly string[] OfAProcess =
        ["environ", "mem", "maps", "smaps", "auxv", "stack", "syscall", "io", "cwd", "root", "exe", "fd", "fdinfo", "map_files", .. Enumerable.Range(0, 24).Select(number => $"fd/{number}")];

    private TemporaryFolder Home => server.Home;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A42")]
    [Trait("claim", "A43")]
    [Trait("claim", "D21")]
    public async Task NobodyReadsAFileOrAProcess()
    {
        await server.AskAsync();
        var workers = Children(server.Id);
        var files = Directory.EnumerateFileSystemEntries(Home.Path, "*", SearchOption.AllDirectories).Where(path => path != Home.File("temporary")).ToArray();
        var processes = workers.Append(server.Id).SelectMany(process => OfAProcess.Select(name => $"/proc/{process}/{name}"));

        Assert.Contains(files, path => path.EndsWith("workspace.db-wal", StringComparison.Ordinal));
        Assert.Contains(files, path => path.EndsWith("control.db", StringComparison.Ordinal));
        Assert.Contains(files, path => path.EndsWith("master.key", StringComparison.Ordinal));
        Assert.Contains(files, path => path.EndsWith("token.txt", StringComparison.Ordinal));
        Assert.NotEmpty(workers);
        Assert.Equal("", await TryAsync([.. files, .. processes]));
    }

    /// <summary>What the .NET runtime keeps there would let whoever connects read its memory.</summary>
    [Fact]
    public void WhatTheProgramLeavesInTheTemporaryFolderIsForItsOwner()
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

        Assert.All(Directory.EnumerateFileSystemEntries(Home.File("temporary"), "*", SearchOption.AllDirectories), path => Assert.Equal((path, UnixFileMode.None), (path, File.GetUnixFileMode(path) & others)));
    }

    [Fact]
    public async Task WhatIsOpenWouldBeFound()
    {
        using var planted = new TemporaryFolder();
        File.SetUnixFileMode(planted.Path, Everybody);
        Directory.CreateDirectory(planted.File("open"));
        File.SetUnixFileMode(planted.File("open"), Everybody | UnixFileMode.OtherWrite);
        await File.WriteAllTextAsync(planted.File("open/file"), "x", Cancel);
        File.SetUnixFileMode(planted.File("open/file"), UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        var found = await TryAsync([planted.File("open"), planted.File("open/file"), "/proc/self/environ", "/proc/self/cwd"]);

        foreach (var line in (string[])[
            $"reads {planted.File("open")}", $"makes files in {planted.File("open")}", $"reads {planted.File("open/file")}", $"writes {planted.File("open/file")}", "reads /proc/self/environ", "follows /proc/self/cwd",
        ])
        {
            Assert.Contains(line, found, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("claim", "B7")]
    [Trait("claim", "D22")]
    public async Task TheServerListensOnLoopbackOnly_AndItsWorkersNowhere()
    {
        await server.AskAsync();
        var workers = Children(server.Id);
        Assert.NotEmpty(workers);
        Assert.All(workers.SelectMany(OpenFiles), name => Assert.DoesNotContain("socket:", name, StringComparison.Ordinal));

        // proc_net_tcp(5): local address in hexadecimal, then the state, of which 0A is listening; the inode is the tenth field.
        var own = OpenFiles(server.Id).ToHashSet(StringComparer.Ordinal);
        var listening = (await File.ReadAllLinesAsync("/proc/net/tcp", Cancel)).Concat(await File.ReadAllLinesAsync("/proc/net/tcp6", Cancel))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields is [_, _, _, "0A", ..] && own.Contains($"socket:[{fields[9]}]"))
            .Select(fields => fields[1]).ToArray();
        Assert.Equal($"0100007F:{new Uri(server.Url).Port:X4}", Assert.Single(listening));
    }

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can become another user; run the tests as root.");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static int[] Children(int process) =>
        [.. Directory.GetDirectories($"/proc/{process}/task").SelectMany(task => IfThere(() => File.ReadAllText($"{task}/children"))?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? []).Select(int.Parse).Distinct()];

    private static string[] OpenFiles(int process) =>
        [.. Directory.GetFiles($"/proc/{process}/fd").Select(link => IfThere(() => File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name)).OfType<string>()];

    /// <summary>A process that runs may end a thread or close a file between the listing of its folder and the reading of what the folder held.</summary>
    private static string? IfThere(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<string> TryAsync(string[] paths)
    {
        var start = new ProcessStartInfo("setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", "sh", "-c", Try, "sh", .. paths]) { RedirectStandardOutput = true, WorkingDirectory = "/" };
        using var attacker = Process.Start(start)!;
        var output = await attacker.StandardOutput.ReadToEndAsync(Cancel);
        await attacker.WaitForExitAsync(Cancel);
        Assert.Equal(0, attacker.ExitCode);
        return output;
    }

    /// <summary>The server, with one workspace, a worker that has it open, and a log that stays because the server has the file open.</summary>
    public sealed partial class Running : IAsyncLifetime
    {
        private Process? server;

        internal TemporaryFolder Home { get; } = new();

        internal string Url { get; private set; } = "";

        internal int Id => server!.Id;

        public async ValueTask InitializeAsync()
        {
            File.SetUnixFileMode(Home.Path, Everybody);
            Directory.CreateDirectory(Home.File("temporary"));
            File.SetUnixFileMode(Home.File("temporary"), Everybody);
            await File.WriteAllTextAsync(Home.File("orders.csv"), "id,name\n1,one\n2,two\n");
            File.SetUnixFileMode(Home.File("orders.csv"), UnixFileMode.UserRead);
            foreach (var arguments in new string[][]
            {
                ["init"], ["workspace", "create", "Books"], ["table", "import", Home.File("orders.csv"), "-w", "Books"], ["token", "create", "-w", "Books", "--out", Home.File("token.txt")],
            })
            {
                using var program = Start(arguments);
                await program.WaitForExitAsync();
                Assert.Equal(0, program.ExitCode);
            }

            server = Start(["serve", "--set", "Server:Url=http://127.0.0.1:0", "--set", "Server:LogFormat=Json"]);
            while (Url.Length == 0 && await server.StandardOutput.ReadLineAsync() is { } line)
            {
                Url = Address().Match(line).Value;
            }

            _ = server.StandardOutput.ReadToEndAsync();
            await AskAsync();
            using var again = Start(["table", "import", Home.File("orders.csv"), "-w", "Books", "--name", "again"]);
            await again.WaitForExitAsync();
            await AskAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (server is not null)
            {
                server.Kill();
                await server.WaitForExitAsync();
                server.Dispose();
            }

            Home.Dispose();
        }

        internal async Task AskAsync()
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, Url + "/mcp") { Content = new StringContent(McpCalls.Call("execute_sql", """{"sql":"SELECT count(*) FROM orders"}"""), Encoding.UTF8, "application/json") };
            request.Headers.Add("Authorization", "Bearer " + await File.ReadAllTextAsync(Home.File("token.txt")));
            foreach (var (name, value) in McpCalls.Accept)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await client.SendAsync(request);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }

        private Process Start(string[] arguments)
        {
            var start = new ProcessStartInfo("sh", ["-c", "umask 000; exec \"$0\" \"$@\"", ProgramRun.Program, "--home", Home.Path, .. arguments]) { RedirectStandardOutput = true };
            start.Environment["TMPDIR"] = Home.File("temporary");
            return Process.Start(start)!;
        }

        [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
        private static partial Regex Address();
    }
}

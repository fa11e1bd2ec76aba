using System.Globalization;
using System.Text.RegularExpressions;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Crash;

/// <param name="Call">A system call.</param>
/// <param name="Number">The call of this kind, by one thread, before which the program is killed: 1, 2, …</param>
internal sealed record KillPoint(string Call, int Number);

/// <summary>The real program, with a umask that forbids nothing, killed by strace before a chosen system call: strace(1), Tampering.</summary>
internal sealed partial class TracedProgram(string home)
{
    /// <summary>Whatever changes a file, a name, or tells the user something.</summary>
    public static readonly string[] Calls = ["pwrite64", "fsync", "fdatasync", "ftruncate", "mkdir", "rmdir", "unlink", "unlinkat", "write"];

    public Task<ProgramRun> RunAsync(params string[] arguments) => StartAsync(WithoutUmask(arguments));

    /// <summary>The same without starting the program, and with the umask of the tests.</summary>
    public Task<ProgramRun> HereAsync(params string[] arguments) => ProgramRun.HereAsync(Arguments(arguments));

    public Task<ProgramRun> KilledAsync(KillPoint point, params string[] arguments) => StartAsync([
        // Not with --seccomp-bpf: strace 6.1 then injects at the first call or never.
        "strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={point.Call}", "-e", $"inject={point.Call}:signal=KILL:when={point.Number.ToString(CultureInfo.InvariantCulture)}",
        "--", .. WithoutUmask(arguments),
    ]);

    /// <summary>Every call that changes something, one a line, in their order.</summary>
    public async Task<IReadOnlyList<string>> TraceAsync(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var run = await StartAsync(["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "4096", "-o", folder.File("trace"), "-e", $"trace={string.Join(',', Calls)}", "--", .. WithoutUmask(arguments)]);
        Assert.Equal(0, run.ExitCode);
        return await File.ReadAllLinesAsync(folder.File("trace"), TestContext.Current.CancellationToken);
    }

    /// <summary>How often one thread makes each call, at most.</summary>
    public static IReadOnlyList<(string Call, int Count)> CountsIn(IReadOnlyList<string> trace) =>
    [
        .. trace.Select(line => Line().Match(line)).Where(match => match.Success)
            .GroupBy(match => (Thread: match.Groups["thread"].Value, Call: match.Groups["call"].Value))
            .GroupBy(calls => calls.Key.Call)
            .Select(threads => (threads.Key, threads.Max(calls => calls.Count())))
            .OrderBy(count => count.Key, StringComparer.Ordinal),
    ];

    private string[] Arguments(string[] arguments) => ["--home", home, "--set", "Server:Url=http://127.0.0.1:0", .. arguments];

    private string[] WithoutUmask(string[] arguments) => ["sh", "-c", "umask 000; exec \"$0\" \"$@\"", ProgramRun.Program, .. Arguments(arguments)];

    private static Task<ProgramRun> StartAsync(string[] command) => ProgramRun.OfAsync(command[0], command[1..]);

    [GeneratedRegex(@"^(?<thread>\d+) +(?<call>\w+)\(")]
    private static partial Regex Line();
}

using System.Diagnostics;
using System.Globalization;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>
/// What is left to somebody whose code runs inside a worker: in place of SQLCipher it loads a library that tries everything, as a
/// fault in SQLite would let an attacker do.
/// </summary>
public sealed class SystemCallFilterTests : IDisposable
{
    // errno, asm-generic/errno-base.h.
    private const string Done = "0";
    private const string NotPermitted = "1";

    private static readonly string[] Refused =
    [
        "socket", "socketpair", "fork", "execve", "ptrace", "kill", "create", "empty", "append", "nameless", "unlink", "rename", "mkdir", "link", "symlink", "chmod",
        "truncate", "memfd_create", "io_uring_setup", "unshare",
    ];

    // A reader of a WAL database may have to create its -shm file; the runtime starts threads.
    private static readonly string[] Allowed = ["read", "open_to_write", "thread"];

    private const string Attack = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <pthread.h>
        #include <sched.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/ptrace.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <unistd.h>
        #define TRY(name, call) do { errno = 0; long r = (long)(call); printf("%s %d\n", name, r < 0 ? errno : 0); fflush(stdout); } while (0)
        static void *nothing(void *x) { return x; }
        /* Waited for: a child that ended after "ptrace" would stop this process, and its parent would take the stop for the end. */
        static long child(long pid) { if (pid == 0) _exit(0); if (pid > 0) waitpid(pid, 0, 0); return pid; }
        static long thread(void) { pthread_t t; errno = pthread_create(&t, 0, nothing, 0); return errno ? -1 : pthread_join(t, 0); }
        int sqlite3_config(int option, ...) { return 0; }
        int sqlite3_initialize(void) {
            int pair[2]; char *no_arguments[] = { 0 };
            TRY("read", open("victim", O_RDONLY));
            TRY("open_to_write", open("shm", O_RDWR | O_CREAT, 0600));
            TRY("thread", thread());
            TRY("socket", socket(AF_INET, SOCK_STREAM, 0));
            TRY("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
            TRY("fork", child(fork()));
            TRY("kill", kill(getppid(), 0));
            TRY("create", open("new", O_WRONLY | O_CREAT | O_EXCL, 0600));
            TRY("empty", open("victim", O_WRONLY | O_TRUNC));
            TRY("append", open("victim", O_WRONLY | O_APPEND));
            TRY("nameless", open(".", O_TMPFILE | O_RDWR, 0600));
            TRY("chmod", chmod("victim", 0666));
            TRY("truncate", truncate("victim", 0));
            TRY("link", link("victim", "second"));
            TRY("symlink", symlink("victim", "third"));
            TRY("rename", rename("victim", "moved"));
            TRY("unlink", unlink("moved"));
            TRY("mkdir", mkdir("folder", 0700));
            TRY("memfd_create", memfd_create("x", 0));
            TRY("io_uring_setup", syscall(SYS_io_uring_setup, 1, malloc(4096)));
            TRY("unshare", unshare(CLONE_FILES));
            TRY("ptrace", ptrace(PTRACE_TRACEME, 0, 0, 0));
            TRY("execve", execve("/nowhere", no_arguments, no_arguments));
            _exit(0);
        }
        #ifdef PROGRAM
        int main(void) { return sqlite3_initialize(); }
        #endif
        """;

    private readonly TemporaryFolder folder = new();

    [Fact]
    [Trait("claim", "C34")]
    public async Task AttackersCodeInAWorkerHasNoNetworkNoProgramsAndNoNewFiles()
    {
        var outcome = await AttackAsync("-shared -fPIC", "attack.so", library => [TemporaryWorkspaces.WorkerPath, library]);

        Assert.All(Refused, call => Assert.Equal((call, NotPermitted), (call, outcome[call])));
        Assert.All(Allowed, call => Assert.Equal((call, Done), (call, outcome[call])));
        Assert.Equal("precious", await File.ReadAllTextAsync(folder.File("victim"), TestContext.Current.CancellationToken));
    }

    /// <summary>The same code outside a worker does what it likes, so that it is the filter that stops it.</summary>
    [Fact]
    public async Task TheSameCodeOutsideAWorkerIsNotStopped()
    {
        var outcome = await AttackAsync("-DPROGRAM", "attack", program => [program]);

        Assert.All(Refused.Except(["execve", "io_uring_setup", "nameless", "unshare"]), call => Assert.Equal((call, Done), (call, outcome[call])));
        Assert.NotEqual(NotPermitted, outcome["execve"]);
    }

    [Fact]
    [Trait("claim", "C34")]
    public async Task EveryThreadOfEveryWorkerIsUnderTheFilter()
    {
        await using var server = new TemporaryWorkspaces();
        await server.AskAsync(server.Create(), "SELECT 1", TestContext.Current.CancellationToken);
        var threads = Workers().SelectMany(worker => Directory.GetDirectories($"/proc/{worker}/task")).Select(task => File.ReadAllLines($"{task}/status")).ToArray();

        Assert.NotEmpty(threads);
        Assert.All(threads, status => Assert.Superset(new HashSet<string> { "Seccomp:\t2", "NoNewPrivs:\t1" }, status.ToHashSet()));
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Process ids of this process's workers: proc_pid_stat(5), which cuts a name to 15 characters.</summary>
    internal static IReadOnlyList<int> Workers() =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => StatusOf(id) is [_, "(workspace-sandb)", _, var parent, ..] && parent == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>The fields of a process; empty if it has ended.</summary>
    internal static string[] StatusOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Error number by name of each thing tried.</summary>
    private async Task<Dictionary<string, string>> AttackAsync(string flags, string name, Func<string, string[]> command)
    {
        await File.WriteAllTextAsync(folder.File("attack.c"), Attack);
        await File.WriteAllTextAsync(folder.File("victim"), "precious");
        Assert.Equal("", await RunAsync(["gcc", "-pthread", .. flags.Split(' '), "-o", folder.File(name), folder.File("attack.c")]));
        var lines = await RunAsync(command(folder.File(name)));
        return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => parts[1]);
    }

    private async Task<string> RunAsync(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = folder.Path };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}

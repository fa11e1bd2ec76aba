using System.Runtime.InteropServices;

namespace WorkspaceServer.Sandbox;

/// <summary>
/// The second wall, for the day when SQLite itself runs an attacker's code: the kernel refuses this process the network, other
/// programs and processes, and every change of names and files that SQLite does not need. seccomp(2), linux/seccomp.h, linux/filter.h.
/// </summary>
/// <remarks>
/// A list of what is refused, not of what is allowed: the .NET runtime uses more calls than can be named safely. Opening a file to write it
/// stays possible, since a reader of a WAL database may have to create its -shm file; only what makes, empties or appends is refused.
/// A kernel without seccomp is no error: this is the second wall.
/// </remarks>
internal static unsafe partial class SystemCallFilter
{
    private const uint Allow = 0x7fff0000;
    private const uint Fail = 0x00050000;
    private const uint NotPermitted = Fail | 1; // EPERM
    private const uint NotImplemented = Fail | 38; // ENOSYS: glibc then falls back to the older call

    private const ushort Load = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private const ushort IfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort IfAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private const ushort IfAnyBit = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private const ushort Return = 0x06; // BPF_RET | BPF_K

    // Offsets in struct seccomp_data.
    private const uint CallNumber = 0;
    private const uint Machine = 4;
    private const uint FirstArgument = 16;
    private const uint ArgumentBytes = 8;

    private const uint SetFilter = 1;
    private const uint AllThreads = 1;

    /// <summary>O_EXCL, O_TRUNC, O_APPEND, O_TMPFILE: the same bits on both machines.</summary>
    private const uint MakesOrEmpties = 0x80 | 0x200 | 0x400 | 0x400000;

    private const uint ThreadOfThisProcess = 0x10000; // CLONE_THREAD
    private const uint OtherNumbering = 0x40000000; // x32

    /// <summary>Installs the filter for all threads; there is no way back. Needs no_new_privs.</summary>
    public static void Apply()
    {
        if (CallsOf(RuntimeInformation.ProcessArchitecture) is not { } calls)
        {
            return;
        }

        var program = Program(calls);
        fixed (Instruction* first = program)
        {
            var filter = new Filter { Length = (ushort)program.Length, First = first };
            _ = SystemCall(calls.Seccomp, SetFilter, AllThreads, &filter);
        }
    }

    private static Instruction[] Program(Calls calls)
    {
        List<Instruction> program =
        [
            new(Load, 0, 0, Machine), new(IfEqual, 1, 0, calls.Machine), new(Return, 0, 0, NotPermitted),
            new(Load, 0, 0, CallNumber), new(IfAtLeast, 0, 1, OtherNumbering), new(Return, 0, 0, NotPermitted),
            .. calls.Refused.SelectMany(call => new Instruction[] { new(IfEqual, 0, 1, call), new(Return, 0, 0, NotPermitted) }),
            .. calls.Missing.SelectMany(call => new Instruction[] { new(IfEqual, 0, 1, call), new(Return, 0, 0, NotImplemented) }),
            new(IfEqual, 0, 4, calls.NewTask), new(Load, 0, 0, FirstArgument), new(IfAnyBit, 1, 0, ThreadOfThisProcess), new(Return, 0, 0, NotPermitted), new(Return, 0, 0, Allow),
        ];
        foreach (var (call, argument) in calls.Opens)
        {
            program.AddRange([
                new(IfEqual, 0, 4, call), new(Load, 0, 0, FirstArgument + (argument * ArgumentBytes)),
                new(IfAnyBit, 0, 1, MakesOrEmpties), new(Return, 0, 0, NotPermitted), new(Return, 0, 0, Allow),
            ]);
        }

        program.Add(new(Return, 0, 0, Allow));
        return [.. program];
    }

    /// <summary>The numbers of asm/unistd_64.h and asm-generic/unistd.h.</summary>
    private static Calls? CallsOf(Architecture architecture) => architecture switch
    {
        Architecture.X64 => new Calls(
            Machine: 0xC000003E,
            Seccomp: 317,
            NewTask: 56,
            Opens: [(2, 1), (257, 2)], // open, openat
            Missing: [435, 437], // clone3, openat2: their arguments are out of a filter's sight
            Refused:
            [
                41, 42, 43, 44, 46, 49, 50, 53, 288, // socket, connect, accept, sendto, sendmsg, bind, listen, socketpair, accept4
                57, 58, 59, 322, 62, 200, 101, 310, 311, 434, 438, // fork, vfork, execve, execveat, kill, tkill, ptrace, process_vm_*, pidfd_*
                76, 82, 83, 84, 85, 86, 87, 88, 90, 92, 94, 133, // truncate, rename, mkdir, rmdir, creat, link, unlink, symlink, chmod, chown, lchown, mknod
                258, 259, 260, 263, 264, 265, 266, 268, 316, 452, // mkdirat, mknodat, fchownat, unlinkat, renameat, linkat, symlinkat, fchmodat, renameat2, fchmodat2
                161, 165, 206, 272, 298, 308, 319, 321, 323, 425, // chroot, mount, io_setup, unshare, perf_event_open, setns, memfd_create, bpf, userfaultfd, io_uring_setup
            ]),
        Architecture.Arm64 => new Calls(
            Machine: 0xC00000B7,
            Seccomp: 277,
            NewTask: 220,
            Opens: [(56, 2)],
            Missing: [435, 437],
            Refused:
            [
                198, 199, 200, 201, 202, 203, 206, 211, 242, // socket, socketpair, bind, listen, accept, connect, sendto, sendmsg, accept4
                221, 281, 129, 130, 117, 270, 271, 434, 438, // execve, execveat, kill, tkill, ptrace, process_vm_*, pidfd_*
                33, 34, 35, 36, 37, 38, 45, 53, 54, 276, 452, // mknodat, mkdirat, unlinkat, symlinkat, linkat, renameat, truncate, fchmodat, fchownat, renameat2, fchmodat2
                51, 40, 0, 97, 241, 268, 279, 280, 282, 425, // chroot, mount, io_setup, unshare, perf_event_open, setns, memfd_create, bpf, userfaultfd, io_uring_setup
            ]),
        _ => null,
    };

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nuint operation, nuint flags, Filter* filter);

    private sealed record Calls(uint Machine, nint Seccomp, uint NewTask, (uint Call, uint FlagsArgument)[] Opens, uint[] Missing, uint[] Refused);

    /// <summary>struct sock_filter.</summary>
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    /// <summary>struct sock_fprog.</summary>
    private struct Filter
    {
        public ushort Length;
        public Instruction* First;
    }
}

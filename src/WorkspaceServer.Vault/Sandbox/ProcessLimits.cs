using System.Runtime.InteropServices;

namespace WorkspaceServer.Vault.Sandbox;

/// <summary>What a worker gives up before it reads its first message, and how the server slows and measures one.</summary>
public static partial class ProcessLimits
{
    private const int LimitFileSize = 1;
    private const int LimitData = 2;
    private const int LimitCore = 4;
    private const int LimitOpenFiles = 7;
    private const int SetDumpable = 4;
    private const int SetNoNewPrivileges = 38;
    private const int PriorityProcess = 0;
    private const int LowestPriority = 19;

    /// <summary>A worker writes nothing but, at times, a database's 32 KiB -shm file, which a reader may have to create.</summary>
    private const ulong MaxFileBytes = 1 << 20;

    /// <summary>Writable memory of a worker, the runtime's own included, in bytes.</summary>
    private const ulong MaxDataBytes = 384UL << 20;

    private const ulong MaxOpenFiles = 64;

    /// <summary>Lowers this process's own limits; there is no way back.</summary>
    public static void Apply()
    {
        Set(LimitFileSize, MaxFileBytes);
        Set(LimitData, MaxDataBytes);
        Set(LimitCore, 0);
        Set(LimitOpenFiles, MaxOpenFiles);
        _ = ProcessControl(SetDumpable, 0, 0, 0, 0);
        _ = ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0);
    }

    /// <summary>Gives a process what the others leave of the processor; it can never climb back.</summary>
    internal static void Demote(int process) => _ = SetPriority(PriorityProcess, process, LowestPriority);

    /// <summary>Time that all threads of a process have spent on a processor; clock_getcpuclockid(3).</summary>
    internal static TimeSpan ProcessorTime(int process)
    {
        // The kernel's number for that clock (include/linux/posix-timers.h): ~pid, the process bit clear, CPUCLOCK_SCHED.
        const int schedulerClock = 2;
        return GetClock((~process << 3) | schedulerClock, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
            : TimeSpan.Zero;
    }

    private static void Set(int resource, ulong value)
    {
        var limit = new ResourceLimit { Soft = value, Hard = value };
        _ = SetResourceLimit(resource, in limit);
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetResourceLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetClock(int clock, out ClockTime time);

    private struct ClockTime
    {
        public long Seconds;
        public long Nanoseconds;
    }

    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}

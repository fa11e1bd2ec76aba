using System.Diagnostics;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces.Workers;

internal enum SandboxSlotState
{
    /// <summary>Idle, or running an ordinary statement.</summary>
    Ordinary,

    /// <summary>Running a heavy statement at the lowest priority.</summary>
    Heavy,

    /// <summary>Killed, because its statement turned out heavy while others were: it starts again when its turn comes.</summary>
    GivenUp,
}

/// <summary>One worker in the pool with its alarm. The pool's lock guards it.</summary>
internal sealed class SandboxSlot : IDisposable
{
    private readonly Timer alarm;
    private long begin;
    private long end;
    private long? alarmAt;
    private TimeSpan processorTimeAtBegin;
    private bool isRunning;

    public SandboxSlot(SandboxProcess process, Action<SandboxSlot> onAlarm)
    {
        Process = process;
        alarm = new Timer(_ => onAlarm(this));
    }

    public SandboxProcess Process { get; }

    public SandboxSlotState State { get; set; }

    public WorkspaceId Workspace { get; private set; }

    /// <summary>Set before a kill: what to answer instead of a crash.</summary>
    public SandboxReply? Verdict { get; set; }

    /// <summary>The worker has died, or was told to: a kill may come just after its answer.</summary>
    public bool IsBroken
    {
        get => field || Verdict is not null;
        set;
    }

    /// <summary>The statement ran at the lowest priority from its first moment.</summary>
    public bool BeganHeavy { get; private set; }

    /// <summary>Nobody waits for the answer of the running statement any more.</summary>
    public bool IsUnwanted { get; set; }

    public void Begin(WorkspaceId workspace, TimeSpan untilKill, TimeSpan slice)
    {
        Workspace = workspace;
        isRunning = true;
        IsUnwanted = false;
        BeganHeavy = State == SandboxSlotState.Heavy;
        Slice = slice;
        processorTimeAtBegin = Process.ProcessorTime;
        begin = Stopwatch.GetTimestamp();
        end = begin + Ticks(untilKill);

        // An alarm that an earlier statement left comes too early at worst, and is then set anew. To set one for each statement
        // wakes the timers' thread each time, which costs as much as a short statement.
        if (alarmAt is null || alarmAt > begin + Ticks(slice))
        {
            SetAlarm(slice);
        }
    }

    /// <summary>Processor time after which the statement counts as heavy.</summary>
    public TimeSpan Slice { get; private set; }

    /// <summary>Processor time that the statement has used: on a busy machine far less than the time that has passed.</summary>
    public TimeSpan ProcessorTime => Process.ProcessorTime - processorTimeAtBegin;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(begin);

    /// <summary>How long until the kill; null if nothing is running.</summary>
    public TimeSpan? Remaining() => isRunning ? Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), end) : null;

    public void SetAlarm(TimeSpan after)
    {
        alarmAt = Stopwatch.GetTimestamp() + Ticks(after);
        alarm.Change(after, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The alarm went off.</summary>
    public void ClearAlarm() => alarmAt = null;

    /// <summary>The state in which the statement ended.</summary>
    public SandboxSlotState Finish()
    {
        isRunning = false;
        return State;
    }

    public void Dispose()
    {
        alarm.Dispose();
        Process.Dispose();
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}

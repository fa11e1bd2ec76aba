using System.Diagnostics;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces.Workers;

/// <summary>The workers, and who gets one when: fairly by workspace, heavy statements apart from ordinary ones.</summary>
/// <remarks>
/// A statement that outlives its slice becomes heavy: its worker drops to the lowest priority for good, a fresh one takes its
/// place, and when more heavy ones run than may, it is stopped until its turn comes, its deadline running. A worker that has
/// not answered shortly after the deadline is killed, whatever it is doing; only a process can be ended inside a statement's
/// compilation. decisions/0004 has the reasons.
/// </remarks>
internal sealed class SandboxPool : IDisposable
{
    /// <summary>Alarms come no closer together than this.</summary>
    private static readonly TimeSpan AlarmStep = TimeSpan.FromMilliseconds(1);

    private readonly SandboxOptions options;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly List<SandboxSlot> idle = [];
    private readonly HashSet<SandboxSlot> all = [];
    private readonly FairQueue<WorkspaceId, Waiter> waiting = new();
    private readonly FairQueue<WorkspaceId, SandboxSlot> stopped = new();
    private readonly FastTime fastTime;
    private int heavy;
    private bool disposed;

    /// <summary>Starts the workers.</summary>
    /// <exception cref="VaultException">The worker's program cannot be started.</exception>
    public SandboxPool(SandboxOptions options, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        fastTime = new FastTime(options, clock);
        ReserveThreads(options);
        for (var i = 0; i < options.Workers; i++)
        {
            idle.Add(StartSlot());
        }
    }

    /// <summary>For measurements and the doctor: processes alive, and heavy statements running and stopped.</summary>
    public (int Workers, int Heavy, int Stopped) Status
    {
        get
        {
            lock (gate)
            {
                return (all.Count, heavy, stopped.Count);
            }
        }
    }

    /// <summary>Runs one statement. Whatever happens to it is in the reply; only a cancelled wait throws.</summary>
    public async Task<SandboxReply> QueryAsync(SandboxHandle handle, SandboxRequest request, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var (slot, refusal) = await AcquireAsync(handle, request.Deadline, cancel);
        if (slot is null)
        {
            return refusal!;
        }

        var running = Stopwatch.GetTimestamp();
        using var abort = cancel.UnsafeRegister(_ => StopIfHeavy(slot), null);
        try
        {
            var timeLeft = request.Deadline - Stopwatch.GetElapsedTime(started, running);
            Watch(slot, handle.Workspace, timeLeft);
            return await Task.Run(() => slot.Process.Query(handle, request, timeLeft), CancellationToken.None);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ObjectDisposedException)
        {
            slot.IsBroken = true;
            return slot.Verdict ?? SandboxReply.Failed(SandboxOutcome.Crashed, "The worker ended while it ran this statement. Ask again.");
        }
        finally
        {
            Release(slot, handle.Workspace, Stopwatch.GetElapsedTime(running));
        }
    }

    /// <summary>Closes every idle worker's handles of a workspace, so that its file can be removed.</summary>
    public void Forget(WorkspaceId workspace)
    {
        lock (gate)
        {
            foreach (var slot in idle)
            {
                slot.Process.Forget(workspace);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            foreach (var slot in all)
            {
                slot.Dispose();
            }

            all.Clear();
            idle.Clear();
            while (waiting.TryDequeue(out var waiter))
            {
                waiter.Task.TrySetResult(null);
            }
        }
    }

    /// <summary>Each running statement holds a thread that waits for its worker; the thread pool must not wait before it adds those.</summary>
    private static void ReserveThreads(SandboxOptions options)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        var wanted = Environment.ProcessorCount + options.Workers + options.HeavyWorkers + options.MaxWaitingHeavy;
        ThreadPool.SetMinThreads(Math.Max(workers, wanted), completions);
    }

    private async ValueTask<(SandboxSlot? Slot, SandboxReply? Refusal)> AcquireAsync(SandboxHandle handle, TimeSpan deadline, CancellationToken cancel)
    {
        Waiter waiter;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (TakeIdle(handle) is { } slot)
            {
                return (slot, null);
            }

            if (waiting.CountOf(handle.Workspace) >= options.MaxWaitingPerWorkspace)
            {
                return (null, Busy());
            }

            waiter = new Waiter(new TaskCompletionSource<SandboxSlot?>(TaskCreationOptions.RunContinuationsAsynchronously));
            waiting.Enqueue(handle.Workspace, waiter);
        }

        try
        {
            var slot = await waiter.Task.Task.WaitAsync(deadline, clock, cancel);
            return (slot, slot is null ? Busy() : null);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // A worker may have been handed over in this very moment; then it goes to the next one.
            if (!waiter.Task.TrySetResult(null) && await waiter.Task.Task is { } late)
            {
                Release(late, handle.Workspace, TimeSpan.Zero);
            }

            cancel.ThrowIfCancellationRequested();
            return (null, Busy());
        }
    }

    private SandboxSlot? TakeIdle(SandboxHandle handle)
    {
        if (idle.Count == 0)
        {
            return null;
        }

        var index = Math.Max(0, idle.FindIndex(slot => slot.Process.Has(handle)));
        var taken = idle[index];
        idle.RemoveAt(index);
        return taken;
    }

    private void Watch(SandboxSlot slot, WorkspaceId workspace, TimeSpan timeLeft)
    {
        lock (gate)
        {
            slot.Begin(workspace, timeLeft + options.Grace, fastTime.SliceOf(workspace));
        }
    }

    /// <summary>The slot's alarm: first the end of the slice, then the end of everything.</summary>
    private void Alarm(SandboxSlot slot)
    {
        lock (gate)
        {
            if (disposed || slot.Remaining() is not { } remaining)
            {
                return;
            }

            if (remaining <= TimeSpan.Zero)
            {
                End(slot, SandboxReply.Failed(SandboxOutcome.DeadlineExceeded, "The statement took too long. Narrow it with WHERE, or aggregate less."));
                return;
            }

            if (slot.State == SandboxSlotState.Ordinary && slot.Elapsed < options.MaxOrdinary && slot.Slice - slot.ProcessorTime is var unused && unused > TimeSpan.Zero)
            {
                slot.SetAlarm(unused + AlarmStep);
                return;
            }

            if (slot.State == SandboxSlotState.Ordinary)
            {
                MakeHeavy(slot);
            }

            slot.SetAlarm(remaining);
        }
    }

    private void MakeHeavy(SandboxSlot slot)
    {
        slot.Process.Demote();
        if (heavy < options.HeavyWorkers)
        {
            heavy++;
            slot.State = SandboxSlotState.Heavy;
        }
        else if (stopped.Count < options.MaxWaitingHeavy && stopped.CountOf(slot.Workspace) < options.MaxWaitingHeavyPerWorkspace)
        {
            slot.Process.Stop();
            slot.State = SandboxSlotState.Stopped;
            stopped.Enqueue(slot.Workspace, slot);
        }
        else
        {
            slot.State = SandboxSlotState.Stopped;
            End(slot, Busy());
        }

        ReplaceInBackground();
    }

    private static void End(SandboxSlot slot, SandboxReply verdict)
    {
        slot.Verdict ??= verdict;
        slot.Process.Kill();
    }

    private void StopIfHeavy(SandboxSlot slot)
    {
        lock (gate)
        {
            if (slot.State is SandboxSlotState.Heavy or SandboxSlotState.Stopped)
            {
                End(slot, SandboxReply.Failed(SandboxOutcome.DeadlineExceeded, "The caller went away."));
            }
        }
    }

    private void Release(SandboxSlot slot, WorkspaceId workspace, TimeSpan elapsed)
    {
        lock (gate)
        {
            fastTime.Charge(workspace, elapsed <= options.ShortSlice || slot.IsBroken ? TimeSpan.Zero : slot.ProcessorTime);
            var state = slot.Finish();
            if (state == SandboxSlotState.Heavy)
            {
                heavy--;
                ResumeNext();
            }

            if (disposed || state != SandboxSlotState.Ordinary)
            {
                Retire(slot);
            }
            else if (slot.IsBroken)
            {
                Retire(slot);
                ReplaceInBackground();
            }
            else
            {
                Offer(slot);
            }
        }
    }

    private void ResumeNext()
    {
        while (heavy < options.HeavyWorkers && stopped.TryDequeue(out var next))
        {
            // Those that were killed while they waited, or had answered just before they were stopped, are still in the queue.
            if (next.Verdict is null && next.Remaining() is not null)
            {
                heavy++;
                next.State = SandboxSlotState.Heavy;
                next.Process.Resume();
            }
        }
    }

    private void Retire(SandboxSlot slot)
    {
        all.Remove(slot);
        slot.Dispose();
    }

    private void Offer(SandboxSlot slot)
    {
        while (waiting.TryDequeue(out var waiter))
        {
            if (waiter.Task.TrySetResult(slot))
            {
                return;
            }
        }

        idle.Insert(0, slot);
    }

    private void ReplaceInBackground() => _ = Task.Run(() =>
    {
        lock (gate)
        {
            if (!disposed)
            {
                Offer(StartSlot());
            }
        }
    });

    private SandboxSlot StartSlot()
    {
        var slot = new SandboxSlot(SandboxProcess.Start(options.WorkerPath, options.LibraryPath), Alarm);
        all.Add(slot);
        return slot;
    }

    private static SandboxReply Busy() =>
        SandboxReply.Failed(SandboxOutcome.Busy, "The server is busy with other questions. Wait a few seconds and ask again.");

    private readonly record struct Waiter(TaskCompletionSource<SandboxSlot?> Task);
}

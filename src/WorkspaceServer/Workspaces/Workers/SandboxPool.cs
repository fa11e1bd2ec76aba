using System.Diagnostics;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces.Workers;

/// <summary>The workers, and who gets one when: fairly by workspace, heavy statements apart from ordinary ones.</summary>
/// <remarks>
/// A statement that outlives its slice becomes heavy: its worker drops to the lowest priority for good and a fresh one takes its
/// place; when as many heavy ones run as may, it is given up and starts again when its turn comes, its deadline running. A workspace's
/// statement that was heavy the last time waits for its turn from the start, and a worker that dropped stays for the next heavy one. A worker that has
/// not answered shortly after the deadline is killed, whatever it is doing; only a process can be ended inside a statement's
/// compilation. decisions/0004 has the reasons.
/// </remarks>
internal sealed class SandboxPool : IDisposable
{
    /// <summary>Alarms come no closer together than this.</summary>
    private static readonly TimeSpan AlarmStep = TimeSpan.FromMilliseconds(1);

    /// <summary>A statement whose worker died this often and once more is not tried again: it may be what kills them.</summary>
    private const int MaxDeaths = 2;

    private readonly SandboxOptions options;
    private readonly TimeProvider clock;
    private readonly StatementTrail trail;
    private readonly Lock gate = new();
    private readonly List<SandboxSlot> idle = [];
    private readonly HashSet<SandboxSlot> all = [];
    private readonly FairQueue<WorkspaceId, Waiter> waiting = new();
    private readonly HeavyLane heavy;
    private readonly FastTime fastTime;
    private readonly WorkerStarter starter;
    private long demoted;
    private bool disposed;

    /// <summary>Starts the workers.</summary>
    /// <exception cref="VaultException">The worker's program cannot be started.</exception>
    public SandboxPool(SandboxOptions options, TimeProvider clock, StatementTrail trail, ILogger<SandboxPool> log)
    {
        this.options = options;
        this.clock = clock;
        this.trail = trail;
        heavy = new HeavyLane(options);
        fastTime = new FastTime(options, clock);
        starter = new WorkerStarter(options, clock, log);
        ReserveThreads(options);
        for (var i = 0; i < options.Workers; i++)
        {
            idle.Add(Take(starter.Start(), SandboxSlotState.Ordinary));
        }
    }

    /// <summary>For measurements and the doctor: processes alive, heavy statements running and waiting, ordinary ones waiting, and those that became heavy since the start.</summary>
    public (int Workers, int Heavy, int Waiting, int WaitingOrdinary, long Demoted) Status
    {
        get
        {
            lock (gate)
            {
                return (all.Count, heavy.Running, heavy.Waiting, waiting.Count, demoted);
            }
        }
    }

    /// <summary>Runs one statement and notes it in the trail. Whatever happens to it is in the reply; only a cancelled wait throws.</summary>
    /// <remarks>
    /// Once it has a worker it holds the thread that it is on until the answer is there: handing the wait to another thread would
    /// hold that one instead, and costs more than a short statement itself. Who wants several answers at once asks on several threads.
    /// </remarks>
    public async Task<SandboxReply> QueryAsync(SandboxHandle handle, SandboxRequest request, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var reply = await QueryUntilAnsweredAsync(handle, request, started, cancel);
        if (reply.Outcome != SandboxOutcome.StalePolicy)
        {
            // Under a stale policy the worker does not even look at the statement; it comes again.
            trail.Add(handle.Workspace, RequestScope.Current?.RequestId, request, reply, Stopwatch.GetElapsedTime(started));
        }

        return reply;
    }

    private async Task<SandboxReply> QueryUntilAnsweredAsync(SandboxHandle handle, SandboxRequest request, long started, CancellationToken cancel)
    {
        for (var deaths = 0; ; deaths++)
        {
            // It only reads, so it may start again when its worker was killed from outside, or had died before it came.
            var reply = await QueryOnceAsync(handle, request, started, cancel);
            if (reply.Outcome != SandboxOutcome.Crashed || deaths == MaxDeaths || Stopwatch.GetElapsedTime(started) >= request.Deadline)
            {
                return reply;
            }
        }
    }

    /// <summary>Closes every idle worker's handles of a workspace, so that its file can be removed.</summary>
    public void Forget(WorkspaceId workspace)
    {
        lock (gate)
        {
            foreach (var slot in idle.Concat(heavy.Idle))
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
            starter.Stop();
            foreach (var slot in all)
            {
                slot.Dispose();
            }

            all.Clear();
            idle.Clear();
            heavy.Clear();
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

    private async Task<SandboxReply> QueryOnceAsync(SandboxHandle handle, SandboxRequest request, long started, CancellationToken cancel)
    {
        if (!await WaitOutDebtAsync(handle.Workspace, request.Deadline - Stopwatch.GetElapsedTime(started), cancel))
        {
            return Busy();
        }

        // Whoever asks for a heavy one again at once after a refusal pays for that as for one that became heavy.
        var costOfRefusal = options.Slice + options.WorkerCost;
        if (!IsKnownHeavy(handle.Workspace, request))
        {
            var (ordinary, refusal) = await AcquireAsync(handle, request.Deadline - Stopwatch.GetElapsedTime(started), cancel);
            if ((ordinary is null ? refusal : Run(ordinary, handle, request, started, cancel)) is { } reply)
            {
                return reply;
            }

            costOfRefusal = TimeSpan.Zero;
        }

        // It only reads, so starting again when its turn comes is safe, and keeps no memory while it waits.
        var slot = await AcquireHeavyAsync(handle, request.Deadline - Stopwatch.GetElapsedTime(started), costOfRefusal, cancel);
        return slot is null ? Busy() : Run(slot, handle, request, started, cancel)!;
    }

    private bool IsKnownHeavy(WorkspaceId workspace, SandboxRequest request)
    {
        lock (gate)
        {
            return heavy.Knows(workspace, request);
        }
    }

    /// <returns>False if the debt lasts longer than the statement's time.</returns>
    private async Task<bool> WaitOutDebtAsync(WorkspaceId workspace, TimeSpan deadline, CancellationToken cancel)
    {
        TimeSpan wait;
        lock (gate)
        {
            wait = fastTime.WaitOf(workspace);
        }

        if (wait > TimeSpan.Zero && wait < deadline)
        {
            await Task.Delay(wait, clock, cancel);
        }

        return wait < deadline;
    }

    /// <returns>Null if the statement has to wait for its turn among the heavy ones.</returns>
    private SandboxReply? Run(SandboxSlot slot, SandboxHandle handle, SandboxRequest request, long started, CancellationToken cancel)
    {
        var running = Stopwatch.GetTimestamp();
        try
        {
            var timeLeft = request.Deadline - Stopwatch.GetElapsedTime(started, running);
            Watch(slot, handle.Workspace, timeLeft);

            // Gone before the slot is: the next statement in it has another caller.
            using var abort = cancel.UnsafeRegister(_ => EndUnlessShort(slot), null);
            return slot.Process.Query(handle, request, timeLeft);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ObjectDisposedException)
        {
            slot.IsBroken = true;
            return slot.State == SandboxSlotState.GivenUp
                ? null
                : slot.Verdict ?? SandboxReply.Failed(SandboxOutcome.Crashed, "The worker ended while it ran this statement. Ask again.");
        }
        finally
        {
            Release(slot, handle.Workspace, Stopwatch.GetElapsedTime(running), request);
        }
    }

    /// <summary>Waits for a turn among the heavy statements and starts a worker for it.</summary>
    /// <returns>Null if too many wait already, the time is up, or no worker starts.</returns>
    private async Task<SandboxSlot?> AcquireHeavyAsync(SandboxHandle handle, TimeSpan timeLeft, TimeSpan costOfRefusal, CancellationToken cancel)
    {
        TaskCompletionSource<bool> turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (timeLeft <= TimeSpan.Zero)
            {
                return null;
            }

            if (!heavy.TryWait(handle.Workspace, turn))
            {
                fastTime.Charge(handle.Workspace, costOfRefusal);
                return null;
            }
        }

        try
        {
            return await turn.Task.WaitAsync(timeLeft, clock, cancel) ? TakeIdle(heavy.Idle, handle) ?? StartHeavy() : null;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // The turn may have come in this very moment; then it goes to the next one.
            if (!turn.TrySetResult(false) && await turn.Task)
            {
                EndTurn();
            }

            cancel.ThrowIfCancellationRequested();
            return null;
        }
    }

    private async ValueTask<(SandboxSlot? Slot, SandboxReply? Refusal)> AcquireAsync(SandboxHandle handle, TimeSpan deadline, CancellationToken cancel)
    {
        Waiter waiter;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (TakeIdle(idle, handle) is { } slot)
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

    /// <summary>One that has the file open already, else any.</summary>
    private SandboxSlot? TakeIdle(List<SandboxSlot> slots, SandboxHandle handle)
    {
        lock (gate)
        {
            if (slots.Count == 0)
            {
                return null;
            }

            var index = Math.Max(0, slots.FindIndex(slot => slot.Process.Has(handle)));
            var taken = slots[index];
            slots.RemoveAt(index);
            return taken;
        }
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
            slot.ClearAlarm();
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

            if (slot.State == SandboxSlotState.Ordinary && slot.IsUnwanted)
            {
                End(slot, Gone());
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
        demoted++;
        if (heavy.TryBegin())
        {
            slot.State = SandboxSlotState.Heavy;
            slot.Process.Demote();
        }
        else
        {
            slot.State = SandboxSlotState.GivenUp;
            slot.Process.Kill();
        }

        ReplaceInBackground();
    }

    private static void End(SandboxSlot slot, SandboxReply verdict)
    {
        slot.Verdict ??= verdict;
        slot.Process.Kill();
    }

    /// <summary>An ordinary statement may be done at any moment, and a worker costs more than the rest of its slice; only what outlives that is ended.</summary>
    private void EndUnlessShort(SandboxSlot slot)
    {
        lock (gate)
        {
            slot.IsUnwanted = true;
            if (slot.State == SandboxSlotState.Heavy)
            {
                End(slot, Gone());
            }
        }
    }

    private void Release(SandboxSlot slot, WorkspaceId workspace, TimeSpan elapsed, SandboxRequest? request = null)
    {
        lock (gate)
        {
            fastTime.Charge(workspace, fastTime.CostOf(slot, elapsed));
            var state = slot.Finish();
            if (state == SandboxSlotState.Heavy)
            {
                heavy.End();
                heavy.Note(slot, request!);
            }

            if (disposed || state == SandboxSlotState.GivenUp || (state == SandboxSlotState.Heavy && slot.IsBroken))
            {
                Retire(slot);
            }
            else if (state == SandboxSlotState.Heavy)
            {
                if (heavy.Keep(slot) is { } tooMany)
                {
                    Retire(tooMany);
                }
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

    private void EndTurn()
    {
        lock (gate)
        {
            heavy.End();
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

    private void ReplaceInBackground() => _ = Task.Run(async () =>
    {
        var slot = await starter.StartSurelyAsync() is { } process ? Take(process, SandboxSlotState.Ordinary) : null;
        lock (gate)
        {
            if (slot is not null && !disposed)
            {
                Offer(slot);
            }
        }
    });

    /// <returns>Null if no worker starts; the turn goes to the next one.</returns>
    private SandboxSlot? StartHeavy()
    {
        if (starter.TryStartHeavy() is { } process)
        {
            return Take(process, SandboxSlotState.Heavy);
        }

        EndTurn();
        return null;
    }

    private SandboxSlot Take(SandboxProcess process, SandboxSlotState state)
    {
        var slot = new SandboxSlot(process, Alarm) { State = state };
        lock (gate)
        {
            if (disposed)
            {
                slot.Dispose();
            }
            else
            {
                all.Add(slot);
            }
        }

        return slot;
    }

    private static SandboxReply Gone() => SandboxReply.Failed(SandboxOutcome.DeadlineExceeded, "The caller went away.");

    private static SandboxReply Busy() =>
        SandboxReply.Failed(SandboxOutcome.Busy, "The server is busy with other questions. Wait a few seconds and ask again.");

    private readonly record struct Waiter(TaskCompletionSource<SandboxSlot?> Task);
}

using System.Threading.Channels;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Audit;

/// <summary>Where everybody records what was done. An entry that was recorded is on the disk before its caller goes on.</summary>
/// <remarks>
/// Entries that wait together share one transaction (group commit), so the cost of making them durable is shared too. Two ways to record:
/// <see cref="Append"/> in the transaction that does the thing itself, so that both happen or neither; <see cref="RecordAsync"/> for what is done elsewhere.
/// </remarks>
internal sealed class AuditLog(AuditStore store, AuditAnchor anchor, ControlDatabase control, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Entries that may wait; then callers wait to add more.</summary>
    private const int MaxWaiting = 4096;

    /// <summary>Entries that share one transaction.</summary>
    private const int MaxPerCommit = 128;

    /// <summary>Longest id, name and outcome, in characters.</summary>
    private const int MaxShortText = 200;

    private static readonly TimeSpan AnchorEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long a group waits for more entries while several callers are at work; one caller alone never waits. Real time, whatever the clock says.</summary>
    private static readonly TimeSpan CommitDelay = TimeSpan.FromMilliseconds(2);

    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(MaxWaiting);
    private readonly Lock gate = new();
    private Task? loop;

    // Of the loop alone. A commit by another connection would empty its cache, and then the ends of all indexes were read and decrypted again for each group.
    private ControlConnection? writer;
    private long? anchoredAt;
    private bool hasAppended;
    private SecurityLog? security;

    /// <summary>Entries that wait to be written now.</summary>
    public int WaitingEntries => waiting.Reader.Count;

    /// <summary>From now on what may be an attack is noted there too. A verb has nobody who watches.</summary>
    public void TellTo(SecurityLog watch) => security = watch;

    /// <summary>Returns when the row is durable.</summary>
    /// <exception cref="ProblemException">The log cannot be written; then what was to be recorded must not be answered as done.</exception>
    public async Task RecordAsync(AuditEntry entry)
    {
        var mine = new Waiting(Complete(entry), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            loop ??= Task.Run(RunAsync);
        }

        await waiting.Writer.WriteAsync(mine);
        await mine.Done.Task;
        Watch(entry);
    }

    /// <summary>Adds a row to the caller's transaction on the control database, which it began.</summary>
    public void Append(ControlConnection connection, AuditEntry entry)
    {
        store.Append(connection, [Complete(entry)]);
        hasAppended = true;
        Watch(entry);
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        if (loop is not null)
        {
            await loop;
            writer?.Dispose();
        }

        if (loop is not null || hasAppended)
        {
            anchor.Raise();
            (loop, hasAppended) = (null, false);
        }
    }

    private void Watch(AuditEntry entry)
    {
        if (entry.Action.Security is { } suspicion)
        {
            // Ids that we made; the name of a tool or resource is whatever somebody sent.
            security?.Note(suspicion, entry.Outcome, entry.Target is { Kind: "person" or "agent" or "oauth_grant" } ours ? ours.Id : null);
        }
    }

    private async Task RunAsync()
    {
        var group = new List<Waiting>();
        while (await waiting.Reader.WaitToReadAsync())
        {
            // A commit costs the same for one entry as for ten: it encrypts pages and waits for the disk.
            if (group.Count > 1)
            {
                await Task.Delay(CommitDelay, TimeProvider.System);
            }

            group.Clear();
            while (group.Count < MaxPerCommit && waiting.Reader.TryRead(out var next))
            {
                group.Add(next);
            }

            try
            {
                Commit(group);
                group.ForEach(each => each.Done.SetResult());
            }
#pragma warning disable CA1031 // Whatever went wrong goes to those who wait.
            catch (Exception error)
#pragma warning restore CA1031
            {
                group.ForEach(each => each.Done.TrySetException(error));
            }
        }
    }

    private void Commit(List<Waiting> group)
    {
        writer ??= control.Open();
        try
        {
            writer.Begin();
            store.Append(writer, group.Select(each => each.Entry));
            writer.Commit();
        }
        catch
        {
            writer.Dispose();
            writer = null;
            throw;
        }

        if (anchoredAt is not { } at || clock.GetElapsedTime(at) >= AnchorEvery)
        {
            anchoredAt = clock.GetTimestamp();
            anchor.Raise();
        }
    }

    private (AuditRow Row, AuditActor Actor) Complete(AuditEntry entry)
    {
        var scope = RequestScope.Current;
        var actor = entry.Actor ?? new AuditActor(scope?.ActorKind ?? "anonymous", scope?.ActorId ?? "", scope?.ActorName ?? "");
        actor = new AuditActor(actor.Kind, Short(actor.Id)!, Short(actor.Name)!);
        var row = new AuditRow(
            Seq: 0,
            clock.GetUtcNow().ToUnixTimeMilliseconds(),
            actor.Kind,
            actor.Id,
            NameNumber: 0,
            entry.Action.Name,
            entry.Target?.Kind,
            Short(entry.Target?.Id),
            entry.Workspace?.ToString() ?? scope?.WorkspaceId,
            scope?.RequestId,
            scope?.Ip,
            AuditRedaction.Line(scope?.UserAgent, MaxShortText),
            Short(entry.Outcome)!,
            AuditRedaction.Details(entry.Details));
        return (row, actor);
    }

    private static string? Short(string? text) => AuditRedaction.Line(text, MaxShortText);

    private sealed record Waiting((AuditRow Row, AuditActor Actor) Entry, TaskCompletionSource Done);
}

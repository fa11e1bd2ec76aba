using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace WorkspaceServer.Testing;

/// <summary>Keeps every log line as the JSON that would be written.</summary>
public sealed class LogRecorder : ILogEventSink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly List<string> lines = [];
    private readonly CompactJsonFormatter formatter = new();
    private TaskCompletionSource changed = NewSignal();

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
            {
                return [.. lines];
            }
        }
    }

    public string All => string.Join('\n', Lines);

    /// <summary>Forgets what was written so far, for tests that write more than is worth keeping.</summary>
    public void Clear()
    {
        lock (gate)
        {
            lines.Clear();
        }
    }

    public void Emit(LogEvent logEvent)
    {
        using var text = new StringWriter();
        formatter.Format(logEvent, text);
        TaskCompletionSource signal;
        lock (gate)
        {
            lines.Add(text.ToString().TrimEnd());
            (signal, changed) = (changed, NewSignal());
        }

        signal.SetResult();
    }

    /// <summary>Waits until a line like this was written.</summary>
    public async Task WaitForAsync(Func<string, bool> isWanted, CancellationToken cancel)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (lines.Any(isWanted))
                {
                    return;
                }

                next = changed.Task;
            }

            await next.WaitAsync(Patience, cancel);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

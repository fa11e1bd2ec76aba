using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace WorkspaceServer.Testing;

/// <summary>Keeps every log line as the JSON that would be written.</summary>
public sealed class LogRecorder : ILogEventSink
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly CompactJsonFormatter formatter = new();

    public IReadOnlyCollection<string> Lines => lines;

    public string All => string.Join('\n', lines);

    public void Emit(LogEvent logEvent)
    {
        using var text = new StringWriter();
        formatter.Format(logEvent, text);
        lines.Enqueue(text.ToString().TrimEnd());
    }
}

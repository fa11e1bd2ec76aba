using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace WorkspaceServer.Hosting;

/// <summary>Writes each log line to a stream whole, in one call and at once: nothing waits in memory where a crash would lose it.</summary>
/// <remarks>The console's own writer cuts a line into pieces of 256 bytes, each a call of its own.</remarks>
internal sealed class LineSink(Stream stream, ITextFormatter formatter) : ILogEventSink
{
    private readonly Lock gate = new();

    public void Emit(LogEvent logEvent)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        formatter.Format(logEvent, line);
        var bytes = Encoding.UTF8.GetBytes(line.ToString());
        lock (gate)
        {
            stream.Write(bytes);
        }
    }
}

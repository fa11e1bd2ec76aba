using System.Text;
using System.Text.Json;
using Serilog;
using Serilog.Formatting.Compact;
using WorkspaceServer.Hosting;
using Xunit;

namespace WorkspaceServer.Tests.Hosting;

public sealed class LineSinkTests
{
    /// <summary>Longer than any small buffer, with letters of 2 to 4 bytes.</summary>
    private static readonly string Long = string.Concat(Enumerable.Repeat("é रमेश 😀 ", 300));

    [Fact]
    public void ALineIsWrittenWhole_InOneCall()
    {
        using var stream = new WriteRecorder();
        using (var log = new LoggerConfiguration().WriteTo.Sink(new LineSink(stream, new CompactJsonFormatter())).CreateLogger())
        {
            log.Information("{name}", Long);
            log.Information("{name}", "short");
        }

        Assert.Equal([Long, "short"], stream.Writes.Select(line => JsonElement.Parse(line).GetProperty("name").GetString()));
        Assert.All(stream.Writes, line => Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal)));
    }

    private sealed class WriteRecorder : MemoryStream
    {
        public List<string> Writes { get; } = [];

        public override void Write(ReadOnlySpan<byte> buffer) => Writes.Add(Encoding.UTF8.GetString(buffer));

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }
}

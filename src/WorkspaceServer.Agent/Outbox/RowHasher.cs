using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace WorkspaceServer.Agent.Outbox;

/// <summary>Tells rows apart by 128 bits. Every cell goes in with its length, so that no two rows are the same bytes.</summary>
internal sealed class RowHasher(OutboxKey key)
{
    private readonly ArrayBufferWriter<byte> buffer = new(4096);

    public void Begin() => buffer.ResetWrittenCount();

    public void AddNull() => buffer.Write("\0"u8);

    public void Add(ReadOnlySpan<char> cell)
    {
        var bytes = MemoryMarshal.AsBytes(cell);
        var start = buffer.GetSpan(5);
        start[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(start[1..], bytes.Length);
        buffer.Advance(5);
        buffer.Write(bytes);
    }

    /// <param name="hash"><see cref="OutboxKey.HashBytes"/> bytes.</param>
    public void Finish(Span<byte> hash) => key.Hash(buffer.WrittenSpan, hash);
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Audit;

/// <summary>Where the chain stands: the last row's number and MAC.</summary>
internal sealed record ChainPoint(long Seq, byte[] RowMac)
{
    /// <summary>Before the first row.</summary>
    public static ChainPoint Start { get; } = new(0, new byte[AuditMac.MacBytes]);

    public bool Is(ChainPoint other) => Seq == other.Seq && RowMac.AsSpan().SequenceEqual(other.RowMac);
}

/// <summary>A sweep's cut: rows up to this point were removed.</summary>
/// <param name="At">Milliseconds since 1970, UTC; so is the cutoff.</param>
internal sealed record ChainCut(ChainPoint Point, long At, long Cutoff);

/// <summary>The MACs of the log. Each row's covers the one before it and every column of its own.</summary>
/// <remarks>
/// A message is the bytes of: what it is (one byte), then its fields in order: integers as 8 bytes little-endian, text as a byte 1,
/// its length in 4 bytes and its UTF-8, or a byte 0 if there is none. So no two rows give the same bytes, and nothing made for one
/// purpose fits another.
/// </remarks>
internal sealed class AuditChain(AuditMac mac)
{
    private enum What : byte
    {
        Row = 1,
        Head = 2,
        Cut = 3,
        Name = 4,
        Anchor = 5,
    }

    public byte[] OfRow(byte[] previous, AuditRow row) => mac.Compute(Message(What.Row, message =>
    {
        message.Write(previous);
        Add(message, row.Seq);
        Add(message, row.At);
        Add(message, row.ActorKind);
        Add(message, row.ActorId);
        Add(message, row.NameNumber);
        Add(message, row.Action);
        Add(message, row.TargetKind);
        Add(message, row.TargetId);
        Add(message, row.WorkspaceId);
        Add(message, row.RequestId);
        Add(message, row.Ip);
        Add(message, row.UserAgent);
        Add(message, row.Outcome);
        Add(message, row.Details);
    }));

    public byte[] OfHead(ChainPoint point) => mac.Compute(Point(What.Head, point));

    public byte[] OfAnchor(ChainPoint point) => mac.Compute(Point(What.Anchor, point));

    public byte[] OfCut(ChainCut cut) => mac.Compute(Message(What.Cut, message =>
    {
        Add(message, cut.Point.Seq);
        message.Write(cut.Point.RowMac);
        Add(message, cut.At);
        Add(message, cut.Cutoff);
    }));

    public byte[] OfName(long number, AuditActor actor) => mac.Compute(Message(What.Name, message =>
    {
        Add(message, number);
        Add(message, actor.Kind);
        Add(message, actor.Id);
        Add(message, actor.Name);
    }));

    private static byte[] Point(What what, ChainPoint point) => Message(what, message =>
    {
        Add(message, point.Seq);
        message.Write(point.RowMac);
    });

    private static byte[] Message(What what, Action<ArrayBufferWriter<byte>> fill)
    {
        var message = new ArrayBufferWriter<byte>(512);
        message.Write([(byte)what]);
        fill(message);
        return message.WrittenSpan.ToArray();
    }

    private static void Add(ArrayBufferWriter<byte> message, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(message.GetSpan(sizeof(long)), number);
        message.Advance(sizeof(long));
    }

    private static void Add(ArrayBufferWriter<byte> message, string? text)
    {
        message.Write([(byte)(text is null ? 0 : 1)]);
        if (text is null)
        {
            return;
        }

        var length = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteInt32LittleEndian(message.GetSpan(sizeof(int)), length);
        message.Advance(sizeof(int));
        message.Advance(Encoding.UTF8.GetBytes(text, message.GetSpan(length + 1)));
    }
}

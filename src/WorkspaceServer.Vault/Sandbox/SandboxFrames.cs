namespace WorkspaceServer.Vault.Sandbox;

/// <summary>What server and worker say to each other. Open and close have no answer; a failed open is the answer to the next query.</summary>
internal static class SandboxFrames
{
    public const byte Open = 1;
    public const byte Close = 2;
    public const byte Query = 3;

    public static void WriteOpen(FrameWriter writer, SandboxHandle handle, ReadOnlySpan<byte> key)
    {
        writer.Byte(Open);
        writer.Long(handle.Id);
        writer.Text(handle.Path);
        writer.Bytes(key);
        writer.Long(handle.Policy.CatalogVersion);
        writer.List(handle.Policy.Tables, WriteTable);
    }

    public static void WriteClose(FrameWriter writer, long handle)
    {
        writer.Byte(Close);
        writer.Long(handle);
    }

    public static void WriteQuery(FrameWriter writer, long handle, SandboxRequest request, TimeSpan timeLeft)
    {
        writer.Byte(Query);
        writer.Long(handle);
        writer.Text(request.Sql);
        writer.List(request.Parameters, (w, value) => w.Value(value));
        writer.Flag(request.IsServerSql);
        writer.Integer(request.MaxRows);
        writer.Integer(request.MaxBytes);
        writer.Long(timeLeft.Ticks);
    }

    public static void WriteReply(FrameWriter writer, SandboxReply reply)
    {
        writer.Byte((byte)reply.Outcome);
        writer.Text(reply.Message);
        writer.List(reply.Columns, (w, name) => w.Text(name));
        writer.Integer(reply.Rows.Count);
        foreach (var row in reply.Rows)
        {
            foreach (var value in row)
            {
                writer.Value(value);
            }
        }

        writer.Flag(reply.IsTruncated);
        writer.List(reply.Touched, (w, name) => w.Text(name));
        writer.Long(reply.Number);
    }

    public static ReadPolicy ReadPolicy(ref FrameReader reader) => new(reader.Long(), reader.List(ReadTable));

    public static (SandboxRequest Request, TimeSpan TimeLeft) ReadQuery(ref FrameReader reader)
    {
        var sql = reader.Text();
        var parameters = reader.List((ref FrameReader r) => r.Value());
        var request = new SandboxRequest(sql, parameters, reader.Flag(), reader.Integer(), reader.Integer(), TimeSpan.Zero);
        return (request, new TimeSpan(reader.Long()));
    }

    public static SandboxReply ReadReply(ReadOnlySpan<byte> frame)
    {
        var reader = new FrameReader(frame);
        var outcome = (SandboxOutcome)reader.Byte();
        var message = reader.Text();
        var columns = reader.List((ref FrameReader r) => r.Text());
        var rows = new SqlValue[reader.Count()][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = new SqlValue[columns.Length];
            for (var column = 0; column < columns.Length; column++)
            {
                rows[i][column] = reader.Value();
            }
        }

        return new SandboxReply(outcome, message, columns, rows, reader.Flag(), reader.List((ref FrameReader r) => r.Text())) { Number = reader.Long() };
    }

    private static void WriteTable(FrameWriter writer, ReadableTable table)
    {
        writer.Text(table.Name);
        writer.List(table.Columns, (w, name) => w.Text(name));
        writer.Flag(table.IsPartial);
        writer.Text(table.FullText ?? "");
    }

    private static ReadableTable ReadTable(ref FrameReader reader)
    {
        var name = reader.Text();
        var columns = reader.List((ref FrameReader r) => r.Text());
        var isPartial = reader.Flag();
        var fullText = reader.Text();
        return new ReadableTable(name, columns, isPartial, fullText.Length == 0 ? null : fullText);
    }
}

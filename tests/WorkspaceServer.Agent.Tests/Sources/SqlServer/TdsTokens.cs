using System.Globalization;
using System.Text;

namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <summary>An error as the server says it; the numbers are those of its own list (sys.messages).</summary>
internal sealed class SqlServerError(int number, byte severity, byte state, string message) : Exception(message)
{
    public int Number => number;

    public byte Severity => severity;

    public byte State => state;
}

/// <summary>A column of an answer.</summary>
internal sealed record SqlServerColumn(string Name, SqlServerType Type);

/// <summary>Writes an answer, token by token ([MS-TDS] 2.2.7).</summary>
internal sealed class TdsTokens : IDisposable
{
    public const ushort DoneFinal = 0;
    public const ushort DoneMore = 1;
    public const ushort DoneError = 2;
    public const ushort DoneCount = 0x10;
    public const ushort DoneAttention = 0x20;
    public const ushort SelectCommand = 0xC1;

    /// <summary>What the value came from: an expression ([MS-TDS] 2.2.7.4, fComputed), which may be NULL (fNullable).</summary>
    public const ushort Computed = 0x20;

    public const ushort Nullable = 0x01;

    private const ulong UnknownLength = 0xFFFFFFFFFFFFFFFE;
    private const int PartBytes = 4_000;
    private const string Server = "PEER";

    /// <summary>SQL_Latin1_General_CP1_CI_AS: language 0x0409, flags, number 52 among the older orders.</summary>
    private static readonly byte[] Collation = [0x09, 0x04, 0xD0, 0x00, 0x34];

    private readonly MemoryStream stream = new();
    private readonly BinaryWriter writer;

    public TdsTokens() => writer = new BinaryWriter(stream, Encoding.Unicode);

    /// <summary>What was written since the last time.</summary>
    public byte[] Take()
    {
        writer.Flush();
        var bytes = stream.ToArray();
        stream.SetLength(0);
        return bytes;
    }

    public TdsTokens LoggedIn(string database, int packetBytes)
    {
        Change(1, database, "master");
        Message(0xAB, 5701, 0, 2, $"Changed database context to '{database}'.");
        Change(2, "us_english", "");
        Change(7, Collation, []);
        const string Program = "Microsoft SQL Server\0\0";
        writer.Write((byte)0xAD);
        writer.Write((ushort)(1 + 4 + 1 + (2 * Program.Length) + 4));
        writer.Write((byte)1);
        // The one number whose highest byte goes first.
        writer.Write([0x74, 0x00, 0x00, 0x04]);
        ShortText(Program);
        writer.Write([16, 0, 0x03, 0xE8]);
        Change(4, packetBytes.ToString(CultureInfo.InvariantCulture), "4096");
        return Done(DoneFinal, 0, 0);
    }

    public TdsTokens Began(ulong transaction) => Change(8, BitConverter.GetBytes(transaction), []);

    public TdsTokens Committed(ulong transaction) => Change(9, [], BitConverter.GetBytes(transaction));

    public TdsTokens RolledBack(ulong transaction) => Change(10, [], BitConverter.GetBytes(transaction));

    public TdsTokens Error(SqlServerError error) => Message(0xAA, error.Number, error.Severity, error.State, error.Message);

    public TdsTokens Columns(IReadOnlyList<SqlServerColumn> columns, ushort flags = Computed | Nullable)
    {
        writer.Write((byte)0x81);
        writer.Write((ushort)columns.Count);
        foreach (var column in columns)
        {
            writer.Write(0u);
            writer.Write(flags);
            TypeInfo(column.Type);
            ShortText(column.Name);
        }

        return this;
    }

    /// <summary>A row; with NULLs in it, in the form that leaves them out (NBCROW).</summary>
    public TdsTokens Row(IReadOnlyList<SqlServerColumn> columns, object?[] values)
    {
        var isShort = values.Contains(null);
        writer.Write((byte)(isShort ? 0xD2 : 0xD1));
        if (isShort)
        {
            var missing = new byte[(values.Length + 7) / 8];
            for (var index = 0; index < values.Length; index++)
            {
                missing[index / 8] |= (byte)(values[index] is null ? 1 << (index % 8) : 0);
            }

            writer.Write(missing);
        }

        foreach (var (index, value) in values.Index())
        {
            if (value is not null)
            {
                Value(columns[index].Type, value);
            }
        }

        return this;
    }

    public TdsTokens Done(ushort status, ushort command, ulong rows) => Done(0xFD, status, command, rows);

    /// <summary>The end of a statement within a procedure, what the procedure returned, and its end.</summary>
    public TdsTokens DoneProcedure(ulong rows)
    {
        Done(0xFF, DoneMore | DoneCount, SelectCommand, rows);
        writer.Write((byte)0x79);
        writer.Write(0);
        return Done(0xFE, DoneFinal, 0xE0, 0);
    }

    public void Dispose() => writer.Dispose();

    private TdsTokens Done(byte token, ushort status, ushort command, ulong rows)
    {
        writer.Write(token);
        writer.Write(status);
        writer.Write(command);
        writer.Write(rows);
        return this;
    }

    private TdsTokens Message(byte token, int number, byte severity, byte state, string text)
    {
        writer.Write(token);
        writer.Write((ushort)(4 + 1 + 1 + 2 + (2 * text.Length) + 1 + (2 * Server.Length) + 1 + 4));
        writer.Write(number);
        writer.Write(state);
        writer.Write(severity);
        writer.Write((ushort)text.Length);
        Characters(text);
        ShortText(Server);
        ShortText("");
        writer.Write(1);
        return this;
    }

    private TdsTokens Change(byte what, string now, string before)
    {
        writer.Write((byte)0xE3);
        writer.Write((ushort)(1 + 1 + (2 * now.Length) + 1 + (2 * before.Length)));
        writer.Write(what);
        ShortText(now);
        ShortText(before);
        return this;
    }

    private TdsTokens Change(byte what, byte[] now, byte[] before)
    {
        writer.Write((byte)0xE3);
        writer.Write((ushort)(1 + 1 + now.Length + 1 + before.Length));
        writer.Write(what);
        writer.Write((byte)now.Length);
        writer.Write(now);
        writer.Write((byte)before.Length);
        writer.Write(before);
        return this;
    }

    private void TypeInfo(SqlServerType type)
    {
        switch (type.Name)
        {
            case "nvarchar" or "varchar":
                writer.Write((byte)(type.Name == "nvarchar" ? 0xE7 : 0xA7));
                writer.Write((ushort)(type.Length == SqlServerType.Max ? ushort.MaxValue : type.Length * BytesPerCharacter(type)));
                writer.Write(Collation);
                break;
            case "int":
                writer.Write([0x26, 4]);
                break;
            case "float" or "real":
                writer.Write([0x6D, (byte)(type.Name == "float" ? 8 : 4)]);
                break;
            default:
                throw new SqlServerError(50000, 16, 1, $"The peer of the tests sends no values of type {type.Name}.");
        }
    }

    private void Value(SqlServerType type, object value)
    {
        switch (type.Name)
        {
            case "nvarchar" or "varchar":
                var bytes = (BytesPerCharacter(type) == 2 ? Encoding.Unicode : Encoding.Latin1).GetBytes((string)value);
                if (type.Length == SqlServerType.Max)
                {
                    Parts(bytes);
                    break;
                }

                writer.Write((ushort)bytes.Length);
                writer.Write(bytes);
                break;
            case "int":
                writer.Write((byte)4);
                writer.Write((int)(long)value);
                break;
            case "float":
                writer.Write((byte)8);
                writer.Write((double)value);
                break;
            default:
                writer.Write((byte)4);
                writer.Write((float)value);
                break;
        }
    }

    /// <summary>Partially length-prefixed bytes ([MS-TDS] 2.2.5.2.3), with a length and without one in turn, as servers do both.</summary>
    private void Parts(byte[] bytes)
    {
        writer.Write(bytes.Length % 4 == 0 ? UnknownLength : (ulong)bytes.Length);
        foreach (var part in bytes.Chunk(PartBytes))
        {
            writer.Write((uint)part.Length);
            writer.Write(part);
        }

        writer.Write(0u);
    }

    private static int BytesPerCharacter(SqlServerType type) => type.Name == "nvarchar" ? 2 : 1;

    private void ShortText(string text)
    {
        writer.Write((byte)text.Length);
        Characters(text);
    }

    private void Characters(string text) => writer.Write(Encoding.Unicode.GetBytes(text));
}

using System.Buffers.Binary;
using System.Text;

namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <summary>What a side says about encryption ([MS-TDS] 2.2.6.5).</summary>
internal enum TdsEncryption : byte
{
    /// <summary>Of the login only.</summary>
    Off = 0,
    On = 1,
    NotSupported = 2,
    Required = 3,
}

/// <summary>The first message of each side ([MS-TDS] 2.2.6.5): options, each with the place of its data.</summary>
internal sealed record TdsPreLogin(IReadOnlyDictionary<byte, byte[]> Options)
{
    private const byte Version = 0;
    private const byte EncryptionOption = 1;
    private const byte Instance = 2;
    private const byte ThreadId = 3;
    private const byte Mars = 4;
    private const byte Terminator = 0xFF;
    private const int EntryBytes = 5;

    public TdsEncryption Encryption => (TdsEncryption)Options[EncryptionOption][0];

    public bool WantsMars => Options[Mars][0] != 0;

    public string ClientVersion => $"{Options[Version][0]}.{Options[Version][1]}";

    public static TdsPreLogin Read(ReadOnlySpan<byte> body)
    {
        var options = new Dictionary<byte, byte[]>();
        for (var at = 0; body[at] != Terminator; at += EntryBytes)
        {
            var (start, length) = (BinaryPrimitives.ReadUInt16BigEndian(body[(at + 1)..]), BinaryPrimitives.ReadUInt16BigEndian(body[(at + 3)..]));
            options.Add(body[at], body.Slice(start, length).ToArray());
        }

        return new TdsPreLogin(options);
    }

    /// <summary>The answer of a server that has no more than one result at a time.</summary>
    public static byte[] Answer(TdsEncryption encryption)
    {
        (byte Option, byte[] Data)[] options = [(Version, [16, 0, 0x03, 0xE8, 0, 0]), (EncryptionOption, [(byte)encryption]), (Instance, [0]), (ThreadId, []), (Mars, [0])];
        var table = new List<byte>();
        var data = new List<byte>();
        foreach (var (option, bytes) in options)
        {
            var start = (options.Length * EntryBytes) + 1 + data.Count;
            table.AddRange([option, (byte)(start >> 8), (byte)start, 0, (byte)bytes.Length]);
            data.AddRange(bytes);
        }

        return [.. table, Terminator, .. data];
    }
}

/// <summary>Who wants in, and to where ([MS-TDS] 2.2.6.4).</summary>
internal sealed record TdsLogin(uint Version, int PacketBytes, bool IsReadOnly, string User, string Password, string Application, string Database)
{
    /// <summary>TDS 7.4.</summary>
    public const uint Version74 = 0x74000004;

    private const byte ReadOnlyIntent = 0x20;
    private const byte PasswordMask = 0xA5;

    public static TdsLogin Read(byte[] body)
    {
        var fixedPart = new TdsReader(body);
        fixedPart.UInt32();
        var (version, packetBytes) = (fixedPart.UInt32(), (int)fixedPart.UInt32());
        return new TdsLogin(version, packetBytes, (body[26] & ReadOnlyIntent) != 0, Text(body, 40), Encoding.Unicode.GetString(Clear(Field(body, 44))), Text(body, 48), Text(body, 68));
    }

    /// <summary>Each byte's halves are swapped, then its bits turned by a constant; this is the way back.</summary>
    public static byte[] Clear(ReadOnlySpan<byte> hidden)
    {
        var clear = new byte[hidden.Length];
        for (var at = 0; at < clear.Length; at++)
        {
            var turned = (byte)(hidden[at] ^ PasswordMask);
            clear[at] = (byte)((turned << 4 & 0xF0) | turned >> 4);
        }

        return clear;
    }

    private static string Text(byte[] body, int entry) => Encoding.Unicode.GetString(Field(body, entry));

    private static ReadOnlySpan<byte> Field(byte[] body, int entry) =>
        body.AsSpan(BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(entry)), 2 * BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(entry + 2)));
}

/// <summary>A call of sp_executesql ([MS-TDS] 2.2.6.6): a statement and its parameters.</summary>
internal sealed record TdsCall(string Statement, IReadOnlyDictionary<string, string?> Parameters)
{
    private const ushort NamedByNumber = 0xFFFF;
    private const ushort ExecuteSql = 10;
    private const byte NVarChar = 0xE7;
    private const int CollationBytes = 5;

    public static TdsCall Read(TdsReader reader)
    {
        if (reader.UInt16() != NamedByNumber || reader.UInt16() != ExecuteSql)
        {
            throw new SqlServerError(2812, 16, 62, "Could not find stored procedure.");
        }

        reader.UInt16();
        var values = new List<(string Name, string? Value)>();
        while (!reader.IsAtEnd)
        {
            var name = reader.Text(reader.Byte());
            reader.Byte();
            var type = reader.Byte();
            if (type != NVarChar)
            {
                throw new SqlServerError(8009, 16, 1, $"The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. Parameter {values.Count + 1} (\"{name}\"): Data type 0x{type:X2} is unknown.");
            }

            var isMax = reader.UInt16() == ushort.MaxValue;
            reader.Bytes(CollationBytes);
            values.Add((name, isMax ? Parts(reader) : Short(reader)));
        }

        // The statement, the declarations of its parameters, and these.
        return new TdsCall(values[0].Value!, values.Skip(2).ToDictionary(value => value.Name, value => value.Value, StringComparer.OrdinalIgnoreCase));
    }

    private static string? Short(TdsReader reader) => reader.UInt16() is var length && length == ushort.MaxValue ? null : reader.Text(length / 2);

    private static string? Parts(TdsReader reader)
    {
        if (reader.UInt64() == ulong.MaxValue)
        {
            return null;
        }

        var text = new StringBuilder();
        while (reader.UInt32() is var length and > 0)
        {
            text.Append(reader.Text((int)length / 2));
        }

        return text.ToString();
    }
}

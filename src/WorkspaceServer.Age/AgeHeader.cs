using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Age;

/// <summary>One recipient's part of a header: its arguments, the kind first, and its body.</summary>
internal sealed record AgeStanza(IReadOnlyList<string> Arguments, byte[] Body)
{
    public string Kind => Arguments[0];
}

/// <summary>The textual header of an age file: c2sp.org/age, "Header".</summary>
internal sealed class AgeHeader
{
    /// <summary>Longest header, in bytes: room for dozens of hybrid recipients.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>Length of a file key, in bytes.</summary>
    public const int FileKeyBytes = 16;

    private const string Version = "age-encryption.org/v1";
    private const string StanzaMark = "-> ";
    private const string MacMark = "---";
    private const int LineLength = 64;
    private const int MacLength = 43;

    private readonly byte[] signed;
    private readonly byte[] mac;

    private AgeHeader(IReadOnlyList<AgeStanza> stanzas, byte[] signed, byte[] mac)
    {
        Stanzas = stanzas;
        this.signed = signed;
        this.mac = mac;
    }

    public IReadOnlyList<AgeStanza> Stanzas { get; }

    /// <summary>Writes the header of a new file.</summary>
    public static byte[] Write(IEnumerable<AgeStanza> stanzas, ReadOnlySpan<byte> fileKey)
    {
        var text = new StringBuilder(Version).Append('\n');
        foreach (var stanza in stanzas)
        {
            text.Append(StanzaMark).AppendJoin(' ', stanza.Arguments).Append('\n');
            var body = AgeText.Encode(stanza.Body);
            // The last line is always shorter than a full one, if need be empty.
            for (var at = 0; at <= body.Length; at += LineLength)
            {
                text.Append(body.AsSpan(at, Math.Min(LineLength, body.Length - at))).Append('\n');
            }
        }

        var signed = text.Append(MacMark).ToString();
        return Encoding.ASCII.GetBytes($"{signed} {AgeText.Encode(Mac(Encoding.ASCII.GetBytes(signed), fileKey))}\n");
    }

    /// <summary>Reads a header and leaves the stream at the payload.</summary>
    /// <exception cref="AgeException"><see cref="AgeError.Header"/>.</exception>
    public static AgeHeader Read(Stream source)
    {
        var lines = new HeaderLines(source);
        if (lines.Next() != Version)
        {
            throw Bad("This is not an age file of version 1.");
        }

        var stanzas = new List<AgeStanza>();
        var line = lines.Next();
        while (line.StartsWith(StanzaMark, StringComparison.Ordinal))
        {
            var arguments = line[StanzaMark.Length..].Split(' ');
            if (arguments.Any(argument => argument.Length == 0 || argument.Any(c => c is < '!' or > '~')))
            {
                throw Bad("A recipient's line in the age header is malformed.");
            }

            stanzas.Add(new AgeStanza(arguments, ReadBody(lines)));
            line = lines.Next();
        }

        var mac = line.StartsWith(MacMark + " ", StringComparison.Ordinal) && line.Length == MacMark.Length + 1 + MacLength && stanzas.Count > 0
            ? AgeText.Decode(line[(MacMark.Length + 1)..])
            : throw Bad("The age header does not end as it must.");
        return new AgeHeader(stanzas, lines.AllBut(line.Length - MacMark.Length + 1), mac);
    }

    /// <exception cref="AgeException"><see cref="AgeError.HeaderMac"/>.</exception>
    public void Verify(ReadOnlySpan<byte> fileKey)
    {
        if (!CryptographicOperations.FixedTimeEquals(Mac(signed, fileKey), mac))
        {
            throw new AgeException(AgeError.HeaderMac, "The age header was changed after the file was written.");
        }
    }

    private static byte[] ReadBody(HeaderLines lines)
    {
        var body = new StringBuilder();
        while (true)
        {
            var line = lines.Next();
            if (line.Length > LineLength)
            {
                throw Bad("A line of the age header is too long.");
            }

            body.Append(line);
            if (line.Length < LineLength)
            {
                return AgeText.Decode(body.ToString());
            }
        }
    }

    private static byte[] Mac(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> fileKey)
    {
        Span<byte> key = stackalloc byte[32];
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey, key, default, "header"u8);
            return HMACSHA256.HashData(key, signed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static AgeException Bad(string message) => new(AgeError.Header, message);

    /// <summary>Lines that end with a line feed and hold nothing but printable ASCII and spaces; remembers every byte for the MAC.</summary>
    private sealed class HeaderLines(Stream source)
    {
        private readonly List<byte> all = [];

        public string Next()
        {
            var start = all.Count;
            while (true)
            {
                var next = source.ReadByte();
                if (next < 0)
                {
                    throw Bad("The age header is cut off.");
                }

                if (all.Count == MaxBytes)
                {
                    throw Bad($"The age header is longer than {MaxBytes} bytes.");
                }

                all.Add((byte)next);
                if (next == '\n')
                {
                    return Encoding.ASCII.GetString(CollectionsMarshal.AsSpan(all)[start..^1]);
                }

                if (next is < ' ' or > '~')
                {
                    throw Bad("The age header holds a byte that is no printable ASCII.");
                }
            }
        }

        public byte[] AllBut(int last) => [.. all[..^last]];
    }
}

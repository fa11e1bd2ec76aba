using System.Text;

namespace WorkspaceServer.Age;

/// <summary>ASCII armor: strict PEM (RFC 7468, section 3, figure 3) with the label AGE ENCRYPTED FILE.</summary>
public static class AgeArmor
{
    internal const string Begin = "-----BEGIN AGE ENCRYPTED FILE-----";
    internal const string End = "-----END AGE ENCRYPTED FILE-----";

    /// <summary>Length of a full line, in characters, and the bytes that it holds.</summary>
    internal const int LineLength = 64;

    internal const int LineBytes = 48;

    /// <summary>Looks whether a file is armored, and goes back to where it was.</summary>
    public static bool IsArmored(Stream file)
    {
        Span<byte> start = stackalloc byte[Begin.Length];
        var position = file.Position;
        var length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = position;
        return Encoding.ASCII.GetString(start[..length]) == Begin;
    }

    /// <summary>Armors a whole age file.</summary>
    public static void Write(Stream age, TextWriter destination)
    {
        destination.Write(Begin + "\n");
        Span<byte> line = stackalloc byte[LineBytes];
        while (age.ReadAtLeast(line, line.Length, throwOnEndOfStream: false) is > 0 and var length)
        {
            destination.Write(Convert.ToBase64String(line[..length]) + "\n");
        }

        destination.Write(End + "\n");
    }
}

/// <summary>Reads an armored file as the age file in it, and refuses what a strict writer would not write but white space around it.</summary>
public sealed class AgeArmorStream(Stream source) : Stream
{
    /// <summary>Most white space before the first and after the last line, in bytes.</summary>
    private const int MaxSpace = 1024;

    private readonly BufferedStream source = new(source);
    private byte[] line = [];
    private int next;
    private bool hasBegun;
    private bool isLastLine;
    private bool isAtEnd;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="AgeException"><see cref="AgeError.Armor"/>.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (next == line.Length && !isAtEnd)
        {
            ReadLine();
        }

        var count = Math.Min(buffer.Length, line.Length - next);
        line.AsSpan(next, count).CopyTo(buffer);
        next += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void ReadLine()
    {
        if (!hasBegun)
        {
            hasBegun = true;
            if (Next(SkipSpace()) != AgeArmor.Begin)
            {
                throw Bad();
            }
        }

        var text = Next(source.ReadByte());
        next = 0;
        if (text == AgeArmor.End)
        {
            line = [];
            isAtEnd = SkipSpace() < 0 ? true : throw Bad();
            return;
        }

        // Only the line before the end may be short, and it holds something.
        line = isLastLine || text.Length is 0 or > AgeArmor.LineLength ? throw Bad() : Decode(text);
        isLastLine = text.Length < AgeArmor.LineLength || line.Length < AgeArmor.LineBytes;
    }

    /// <summary>One line without its end, which is LF or CR LF.</summary>
    private string Next(int first)
    {
        var text = new StringBuilder();
        for (var c = first; c != '\n'; c = source.ReadByte())
        {
            if (c < 0)
            {
                return text.ToString() == AgeArmor.End ? AgeArmor.End : throw Bad();
            }

            text.Append(text.Length <= AgeArmor.LineLength + 1 ? (char)c : throw Bad());
        }

        return text.Length > 0 && text[^1] == '\r' ? text.ToString(0, text.Length - 1) : text.ToString();
    }

    private int SkipSpace()
    {
        for (var skipped = 0; skipped <= MaxSpace; skipped++)
        {
            if (source.ReadByte() is var c && c is not (' ' or '\t' or '\r' or '\n'))
            {
                return c;
            }
        }

        throw Bad();
    }

    private static byte[] Decode(string text)
    {
        var bytes = new byte[AgeArmor.LineBytes];
        return Convert.TryFromBase64String(text, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == text ? bytes[..length] : throw Bad();
    }

    private static AgeException Bad() => new(AgeError.Armor, "The armor of this age file is malformed. Copy it again, whole.");
}

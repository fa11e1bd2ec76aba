using System.Text;
using System.Text.Unicode;

namespace WorkspaceServer.Agent.Sources.Files;

/// <summary>Which characters the bytes of a text file are: what its byte order mark says, else UTF-8 if all of it is, else Windows-1252.</summary>
/// <remarks>
/// Windows-1252 gives a character to each byte, so it is never wrong loudly; that is why the whole file is looked at before it is chosen.
/// Other code pages have to be named.
/// </remarks>
internal static class TextEncoding
{
    private const int BlockBytes = 64 * 1024;

    static TextEncoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>An encoding by its name or the number of its code page: windows-1252, utf-16, 437.</summary>
    /// <exception cref="SourceException">There is none of that name.</exception>
    public static Encoding Named(string name)
    {
        try
        {
            return int.TryParse(name, out var codePage)
                ? Encoding.GetEncoding(codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                : Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new SourceException($"There is no encoding '{name}'. Name it like utf-8, windows-1252 or utf-16, or give the number of a code page.", error);
        }
    }

    /// <summary>The encoding of the file; its position is then after the byte order mark, if there is one.</summary>
    public static Encoding Detect(FileStream file, string? named)
    {
        Span<byte> start = stackalloc byte[4];
        file.Position = 0;
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        var (marked, length) = start switch
        {
            [0xEF, 0xBB, 0xBF, ..] => ("utf-8", 3),
            [0xFF, 0xFE, 0, 0] => ("utf-32", 4),
            [0, 0, 0xFE, 0xFF] => ("utf-32BE", 4),
            [0xFF, 0xFE, ..] => ("utf-16", 2),
            [0xFE, 0xFF, ..] => ("utf-16BE", 2),
            _ => (null, 0),
        };
        var encoding = Named(marked ?? named ?? Unmarked(file, start));
        file.Position = length;
        return encoding;
    }

    private static string Unmarked(FileStream file, ReadOnlySpan<byte> start)
    {
        // Some programs write UTF-16 without a mark. A header begins with letters, whose other byte is zero.
        if (start is [not 0, 0, not 0, 0])
        {
            return "utf-16";
        }

        if (start is [0, not 0, 0, not 0])
        {
            return "utf-16BE";
        }

        file.Position = 0;
        return IsUtf8(file) ? "utf-8" : "windows-1252";
    }

    private static bool IsUtf8(FileStream file)
    {
        // Room for the first bytes of a character that the end of a block cut off.
        var bytes = new byte[BlockBytes + 3];
        var kept = 0;
        while (file.Read(bytes.AsSpan(kept, BlockBytes)) is var read and > 0)
        {
            var block = bytes.AsSpan(0, kept + read);
            var whole = block.Length - CutOff(block);
            if (!Utf8.IsValid(block[..whole]))
            {
                return false;
            }

            block[whole..].CopyTo(bytes);
            kept = block.Length - whole;
        }

        return kept == 0;
    }

    /// <summary>How many bytes at the end begin a character that goes on after them (RFC 3629, section 3).</summary>
    private static int CutOff(ReadOnlySpan<byte> block)
    {
        for (var back = 1; back <= Math.Min(3, block.Length); back++)
        {
            var needs = block[^back] switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, >= 0x80 => 0, _ => 1 };
            if (needs > 0)
            {
                return needs > back ? back : 0;
            }
        }

        return 0;
    }
}

using System.Text;
using System.Text.Json;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Backups.Keys;

/// <summary>Backup:Recipients as they stand in the settings file. Changing them leaves every other character of the file as it is, comments among them.</summary>
internal static class RecipientsFile
{
    /// <summary>Longest settings file that is changed, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    private const string Before = ".before";
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Those that the file names.</summary>
    /// <exception cref="ProblemException">There is no such file, or it cannot be read.</exception>
    public static IReadOnlyList<string> Read(string file) => ReadText(ReadBytes(file));

    /// <summary>Writes them into the file; what it held before is kept beside it, as FILE.before.</summary>
    /// <remarks>Over the file and not in its place, so that owner and mode stay whoever runs this.</remarks>
    /// <exception cref="ProblemException">The file cannot be changed by whoever runs this, or does not say it in a way that this could change.</exception>
    public static void Write(string file, IReadOnlyList<string> recipients)
    {
        var old = ReadBytes(file);
        var text = Replace(old, recipients);
        if (!ReadText(text).SequenceEqual(recipients, StringComparer.Ordinal))
        {
            throw new ProblemException(ProblemCodes.BadConfiguration, $"Backup:Recipients stands in {file} in more than one place. Change it by hand: \"Backup\": {{ \"Recipients\": {Array(recipients)} }}");
        }

        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.None);
            File.WriteAllBytes(file + Before, old);
            stream.Write(text);
            stream.SetLength(text.Length);
            stream.Flush(flushToDisk: true);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new ProblemException(ProblemCodes.BadConfiguration, $"You may not change {file}. Run this as its owner, with sudo.", error);
        }
    }

    private static byte[] Replace(ReadOnlySpan<byte> file, IReadOnlyList<string> recipients)
    {
        var (start, end, isMember) = Find(file);
        var value = Array(recipients);
        var text = isMember switch
        {
            Place.Value => value,
            Place.InSection => $" \"Recipients\": {value}",
            _ => $" \"{BackupOptions.Section}\": {{ \"Recipients\": {value} }}",
        };
        if (isMember != Place.Value && !IsEmptyFrom(file[start..]))
        {
            text += ",";
        }

        return [.. file[..start], .. Encoding.UTF8.GetBytes(text), .. file[end..]];
    }

    /// <summary>Where the array stands, or else where it belongs.</summary>
    private static (int Start, int End, Place Place) Find(ReadOnlySpan<byte> file)
    {
        var reader = new Utf8JsonReader(file, Lenient);
        reader.Read();
        var place = ((int)reader.BytesConsumed, (int)reader.BytesConsumed, Place.InRoot);
        var isInSection = false;
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
            {
                isInSection = Is(ref reader, BackupOptions.Section);
            }
            else if (isInSection && reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.StartObject)
            {
                place = ((int)reader.BytesConsumed, (int)reader.BytesConsumed, Place.InSection);
            }
            else if (isInSection && reader.CurrentDepth == 2 && reader.TokenType == JsonTokenType.PropertyName && Is(ref reader, nameof(BackupOptions.Recipients)))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return (start, (int)reader.BytesConsumed, Place.Value);
            }
        }

        return place;
    }

    // Names of settings are the same in any case.
    private static bool Is(ref Utf8JsonReader reader, string name) => name.Equals(reader.GetString(), StringComparison.OrdinalIgnoreCase);

    private static bool IsEmptyFrom(ReadOnlySpan<byte> rest)
    {
        // Only the end of the object may follow; the reader wants a whole document, so it gets its beginning again.
        var reader = new Utf8JsonReader((byte[])[(byte)'{', .. rest], isFinalBlock: false, new JsonReaderState(Lenient));
        return reader.Read() && reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }

    private static string Array(IReadOnlyList<string> recipients) => $"[{string.Join(", ", recipients.Select(each => $"\"{each}\""))}]";

    private static IReadOnlyList<string> ReadText(byte[] text)
    {
        try
        {
            using var stream = new MemoryStream(text);
            var section = new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection($"{BackupOptions.Section}:{nameof(BackupOptions.Recipients)}");
            return [.. section.GetChildren().Select(each => each.Value ?? "")];
        }
        catch (Exception error) when (error is FormatException or InvalidDataException or JsonException)
        {
            throw new ProblemException(ProblemCodes.BadConfiguration, $"The settings file cannot be read: {error.Message}", error);
        }
    }

    private static byte[] ReadBytes(string file)
    {
        if (!File.Exists(file))
        {
            throw new ProblemException(ProblemCodes.NotConfigured, $"There is no settings file {file}. Make one that holds {{}} and run this again, or name another with --config.");
        }

        return new FileInfo(file).Length <= MaxBytes
            ? File.ReadAllBytes(file)
            : throw new ProblemException(ProblemCodes.BadConfiguration, $"{file} is too long to be changed by a program.");
    }

    private enum Place
    {
        Value,
        InSection,
        InRoot,
    }
}

using System.Globalization;

namespace WorkspaceServer.Dashboard.Languages;

/// <summary>A language in which pages speak. English is the key: a text that a language lacks stays as it stands in the source.</summary>
/// <param name="tag">As the attribute lang has it (BCP 47), such as hi.</param>
/// <param name="find">What an English text is in this language; null if nobody has said it yet.</param>
internal sealed class Language(string tag, Func<string, string?> find)
{
    /// <summary>Not a text: the counts that take the form for one. Hindi says "0 1".</summary>
    public const string CountsOfOne = "counts that take the form for one: 1";

    private static readonly AsyncLocal<Language?> Spoken = new();

    private readonly Lazy<long[]> ones = new(() =>
        [.. (find(CountsOfOne) ?? "1").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => long.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture))]);

    public static Language English { get; } = new("en-IN", _ => null);

    /// <summary>That of the request at hand; English for whatever asked for no page.</summary>
    public static Language Current
    {
        get => Spoken.Value ?? English;
        set => Spoken.Value = value;
    }

    public string Tag => tag;

    public string Of(string english) => find(english) ?? english;

    public string Of(string one, string other, long count) => Of(ones.Value.Contains(count) ? one : other);
}

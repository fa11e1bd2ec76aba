using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.Backups.Generations;

/// <summary>Names one moment in the store: the id of a whole backup, or that id, a dot, and which of the packs after it.</summary>
/// <param name="Base">The id of the whole backup.</param>
/// <param name="Pack">Number and id of the pack; null for the whole backup itself.</param>
internal sealed partial record MomentKey(string Base, string? Pack)
{
    /// <summary>Longest one, in characters.</summary>
    public const int MaxLength = 64;

    /// <summary>Where the signed text of its whole backup lies.</summary>
    public string WholeName => $"{GenerationShelf.WholePrefix}{Base}.json";

    /// <summary>Where its own signed text lies.</summary>
    public string ObjectName => Pack is null ? WholeName : $"{GenerationShelf.PackFolderOf(Base)}{Pack}.json";

    /// <summary>Null if it is none.</summary>
    public static MomentKey? Parse(string? text)
    {
        var match = text is { Length: <= MaxLength } ? Shape().Match(text) : Match.Empty;
        return match.Success ? new MomentKey(match.Groups["base"].Value, match.Groups["pack"] is { Success: true } pack ? pack.Value : null) : null;
    }

    /// <summary>The moment whose signed text lies here; null if a backup writes no text of this name.</summary>
    public static MomentKey? OfObject(string name) => Parse(
        name.StartsWith(GenerationShelf.WholePrefix, StringComparison.Ordinal) ? name[GenerationShelf.WholePrefix.Length..^".json".Length]
        : name.StartsWith(GenerationShelf.PackPrefix, StringComparison.Ordinal) ? name[GenerationShelf.PackPrefix.Length..^".json".Length].Replace('/', '.')
        : null);

    public override string ToString() => Pack is null ? Base : $"{Base}.{Pack}";

    [GeneratedRegex("^(?<base>[0-9]{8}t[0-9]{9}z-[0-9a-f]{8})(?:\\.(?<pack>[0-9]{6}-[0-9]{8}t[0-9]{9}z-[0-9a-f]{8}))?\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}

using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.Backups.Generations;

/// <summary>What an object is, by its name alone: one that a backup of ours would write looks like nothing else.</summary>
/// <param name="File">"control", or the workspace's id; empty for signed generations.</param>
/// <param name="Base">For packs and their signed text: the whole backup that they build on. Otherwise empty.</param>
/// <param name="Generation">The backup or pack that wrote it.</param>
/// <param name="IsSigned">Whether it is a signed generation, and not one of its objects.</param>
internal sealed partial record ObjectKind(string File, string Base, string Generation, bool IsSigned)
{
    private const string Id = "[0-9]{8}t[0-9]{9}z-[0-9a-f]{8}";

    /// <returns>Null if no backup writes an object of this name.</returns>
    public static ObjectKind? Of(string name)
    {
        var match = Shape().Match(name);
        string Part(string group) => match.Groups[group].Value;
        return match.Success ? new ObjectKind(Part("file"), Part("base"), Part("id"), name.EndsWith(".json", StringComparison.Ordinal)) : null;
    }

    [GeneratedRegex(
        $"^(?:files/(?<file>control|[0-9a-f]{{32}})/(?<id>{Id})\\.(?:db|totals)\\.age|generations/(?<id>{Id})\\.json"
        + $"|packs/(?<base>{Id})/(?:[0-9]{{6}}-(?<id>{Id})\\.json|(?<id>{Id})/(?<file>control|[0-9a-f]{{32}})\\.pack\\.age))$",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}

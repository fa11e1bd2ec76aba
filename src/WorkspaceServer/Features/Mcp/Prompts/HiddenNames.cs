using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Prompts;

/// <summary>Names of tables and columns that a caller does not see, to be found in a text that somebody else wrote.</summary>
/// <remarks>Rather one text too many than one too few: a name counts wherever it stands, in quotes, texts and comments too, in whatever case.</remarks>
internal sealed class HiddenNames
{
    private readonly HashSet<string> tables = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Hidden columns by the table that is seen without them.</summary>
    private readonly Dictionary<string, HashSet<string>> columns = new(StringComparer.OrdinalIgnoreCase);

    private HiddenNames()
    {
    }

    public static HiddenNames Between(Catalog all, Catalog visible)
    {
        var hidden = new HiddenNames();
        foreach (var table in all.Tables)
        {
            if (visible.Find(table.Schema.Name) is not { } seen)
            {
                hidden.tables.Add(table.Schema.Name);
                continue;
            }

            var missing = table.Schema.Columns.Select(column => column.Name).Except(seen.Schema.Columns.Select(column => column.Name), StringComparer.OrdinalIgnoreCase)
                .ToHashSet(StringComparer.OrdinalIgnoreCase);
            if (missing.Count > 0)
            {
                hidden.columns.Add(table.Schema.Name, missing);
            }
        }

        return hidden;
    }

    /// <summary>Whether the text names a hidden table, or a hidden column together with its table.</summary>
    public bool AreIn(string text)
    {
        if (tables.Count == 0 && columns.Count == 0)
        {
            return false;
        }

        var words = Words(text);
        return words.Overlaps(tables) || columns.Any(table => words.Contains(table.Key) && words.Overlaps(table.Value));
    }

    // Names are letters, digits and _.
    private static HashSet<string> Words(string text)
    {
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var start = 0; start < text.Length; start++)
        {
            var end = start;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }

            if (end > start)
            {
                words.Add(text[start..end]);
                start = end;
            }
        }

        return words;
    }
}

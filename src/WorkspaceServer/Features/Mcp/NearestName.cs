namespace WorkspaceServer.Features.Mcp;

/// <summary>Guesses which name was meant: a misspelling (amuont), or an abbreviation (amt), of amount.</summary>
internal static class NearestName
{
    /// <summary>Longest name that is looked at, in characters.</summary>
    private const int MaxLength = 63;

    /// <summary>One mistake is forgiven for this many characters.</summary>
    private const int CharactersPerMistake = 3;

    /// <summary>Most names that are compared. A hint is worth some milliseconds, not seconds.</summary>
    public const int MaxNames = 5_000;

    /// <summary>The name that is closest to what was written, or null if none is close. Upper and lower case are the same.</summary>
    public static string? Find(string written, IEnumerable<string> names)
    {
        if (written.Length is 0 or > MaxLength)
        {
            return null;
        }

        var lower = written.ToLowerInvariant();
        return names
            .Take(MaxNames)
            .Where(name => name.Length <= MaxLength)
            .Select(name => (Name: name, Lower: name.ToLowerInvariant()))
            .Select(each => (each.Name, Distance: Distance(lower, each.Lower), IsShort: IsAbbreviation(lower, each.Lower) || IsAbbreviation(each.Lower, lower)))
            .Where(each => each.IsShort || each.Distance <= Math.Max(1, written.Length / CharactersPerMistake))
            .OrderBy(each => each.Distance)
            .ThenBy(each => each.Name, StringComparer.Ordinal)
            .Select(each => each.Name)
            .FirstOrDefault();
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (Damerau-Levenshtein, optimal string alignment).</summary>
    public static int Distance(string a, string b)
    {
        // Only the row being filled and the two before it are looked at.
        var width = b.Length + 1;
        Span<int> cells = width <= MaxLength + 1 ? stackalloc int[3 * (MaxLength + 1)] : new int[3 * width];
        var before = cells[..width];
        var above = cells[width..(2 * width)];
        var row = cells[(2 * width)..(3 * width)];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var free = before;
            before = above;
            above = row;
            row = free;
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                var best = Math.Min(Math.Min(above[j], row[j - 1]) + 1, replaced);
                row[j] = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] ? Math.Min(best, before[j - 2] + 1) : best;
            }
        }

        return row[b.Length];
    }

    /// <summary>True if the short one's characters all stand in the long one, in order, from the same first character on.</summary>
    private static bool IsAbbreviation(string shorter, string longer)
    {
        if (shorter.Length < 2 || shorter.Length >= longer.Length || shorter[0] != longer[0])
        {
            return false;
        }

        var at = 0;
        foreach (var character in longer)
        {
            at += at < shorter.Length && shorter[at] == character ? 1 : 0;
        }

        return at == shorter.Length;
    }
}

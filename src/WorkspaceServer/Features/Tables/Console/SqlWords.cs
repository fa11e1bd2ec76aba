using System.Text.RegularExpressions;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>Says in words what a plain SELECT does, a step for each clause, for whoever was handed the statement. It says nothing rather than something wrong.</summary>
/// <remarks>Reads the words of the statement, not its meaning: statements within others, WITH and UNION are left alone.</remarks>
internal static partial class SqlWords
{
    /// <summary>Longest piece of a statement that a step repeats, in characters.</summary>
    private const int MaxPiece = 160;

    /// <summary>Of a statement with more steps nothing is said: nobody reads that many.</summary>
    public const int MaxSteps = 40;

    private static readonly string[] Clauses = ["SELECT", "FROM", "WHERE", "GROUP BY", "HAVING", "ORDER BY", "LIMIT"];
    private static readonly string[] NotPlain = ["SELECT", "WITH", "UNION", "INTERSECT", "EXCEPT", "WINDOW", "OFFSET", "VALUES", "OVER"];

    /// <returns>The steps in the order in which they happen; none if the statement is not plain.</returns>
    public static IReadOnlyList<string> Of(string sql)
    {
        var words = Words(sql);
        if (words.Count == 0 || !words[0].Is("SELECT") || words.Skip(1).Any(word => NotPlain.Any(word.Is))
            || ClausesIn(words) is not { } clauses
            || !clauses.TryGetValue("FROM", out var from) || Reads(from) is not { } reads
            || (clauses.TryGetValue("LIMIT", out var limit) && limit.Count > 1))
        {
            return [];
        }

        var steps = new List<string> { reads };
        Add("WHERE", text => T["Keeps the rows where {0}.", text]);
        Add("GROUP BY", text => T["Puts rows together that have the same {0}.", text]);
        steps.AddRange(Aggregates(clauses["SELECT"]).Take(MaxSteps));
        Add("HAVING", text => T["Of the results, keeps those where {0}.", text]);
        if (clauses["SELECT"][0].Is("DISTINCT"))
        {
            steps.Add(T["Shows rows that are alike once."]);
        }

        if (clauses.TryGetValue("ORDER BY", out var order))
        {
            steps.Add(T["Sorts by {0}.", string.Join(", ", Parts(order).Select(Sorted))]);
        }

        Add("LIMIT", text => T["Shows {0} rows at most.", text]);
        return steps.Count <= MaxSteps ? steps : [];

        void Add(string clause, Func<string, string> say)
        {
            if (clauses.TryGetValue(clause, out var found))
            {
                steps.Add(say(Text(found)));
            }
        }
    }

    /// <summary>Words, signs and literals, without comments; the depth counts brackets around them.</summary>
    private static List<Word> Words(string sql)
    {
        var (words, depth, isSpaced) = (new List<Word>(), 0, false);
        foreach (Match match in Token().Matches(sql))
        {
            var text = match.Value;
            if (char.IsWhiteSpace(text[0]) || text.StartsWith("--", StringComparison.Ordinal) || text.StartsWith("/*", StringComparison.Ordinal) || text == ";")
            {
                isSpaced = true;
                continue;
            }

            depth -= text == ")" ? 1 : 0;
            words.Add(new Word(text, depth, isSpaced));
            isSpaced = false;
            depth += text == "(" ? 1 : 0;
        }

        return words;
    }

    /// <summary>What belongs to each clause; null if they do not come in their order, each once.</summary>
    private static Dictionary<string, List<Word>>? ClausesIn(List<Word> words)
    {
        var clauses = new Dictionary<string, List<Word>>();
        for (var i = 0; i < words.Count; i++)
        {
            var at = i;
            var clause = words[i].Depth != 0 ? null : Clauses.FirstOrDefault(name => name.Split(' ') is var parts && parts.Select((part, k) => at + k < words.Count && words[at + k].Is(part)).All(same => same));
            if (clause is null)
            {
                clauses.Values.Last().Add(words[i]);
                continue;
            }

            if (clauses.Keys.Any(earlier => Array.IndexOf(Clauses, earlier) >= Array.IndexOf(Clauses, clause)))
            {
                return null;
            }

            clauses.Add(clause, []);
            i += clause.Count(letter => letter == ' ');
        }

        return clauses.Values.All(each => each.Count > 0) ? clauses : null;
    }

    /// <returns>Null if it reads from something else than tables.</returns>
    private static string? Reads(List<Word> from)
    {
        var tables = new List<string>();
        for (var i = 0; i < from.Count; i++)
        {
            if (from[i].Depth == 0 && (i == 0 || from[i - 1].Is("JOIN") || from[i - 1].Text == ","))
            {
                tables.Add(from[i].Text);
            }
        }

        return !tables.TrueForAll(table => IsName().IsMatch(table)) ? null
            : tables.Count == 1 ? T["Reads {0}.", tables[0]]
            : T["Reads {0} together with {1}.", tables[0], string.Join(", ", tables.Skip(1))];
    }

    private static IEnumerable<string> Aggregates(List<Word> selected)
    {
        for (var i = 0; i + 2 < selected.Count; i++)
        {
            if (selected[i + 1].Text != "(")
            {
                continue;
            }

            var inside = Text([.. selected.Skip(i + 2).TakeWhile(word => !(word.Text == ")" && word.Depth == selected[i].Depth)).Take(MaxPiece + 1)]);
            var step = selected[i].Text.ToLowerInvariant() switch
            {
                "sum" or "total" => T["Adds up {0}.", inside],
                "count" => inside == "*" ? T["Counts the rows."] : T["Counts {0}.", inside],
                "avg" => T["Takes the average of {0}.", inside],
                "min" when !inside.Contains(',', StringComparison.Ordinal) => T["Finds the least {0}.", inside],
                "max" when !inside.Contains(',', StringComparison.Ordinal) => T["Finds the greatest {0}.", inside],
                _ => null,
            };
            if (step is not null)
            {
                yield return step;
            }
        }
    }

    private static string Sorted(List<Word> term) => term[^1].Is("DESC") ? T["{0}, the greatest first", Text(term[..^1])] : term[^1].Is("ASC") ? Text(term[..^1]) : Text(term);

    private static IEnumerable<List<Word>> Parts(List<Word> words)
    {
        var part = new List<Word>();
        foreach (var word in words)
        {
            if (word is { Text: ",", Depth: 0 } && part.Count > 0)
            {
                yield return part;
                part = [];
            }
            else
            {
                part.Add(word);
            }
        }

        yield return part;
    }

    private static string Text(IReadOnlyList<Word> words)
    {
        var text = string.Concat(words.Select((word, i) => i > 0 && word.IsSpaced ? " " + word.Text : word.Text));
        return text.Length > MaxPiece ? text[..MaxPiece] + "…" : text;
    }

    private sealed record Word(string Text, int Depth, bool IsSpaced)
    {
        public bool Is(string keyword) => Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);
    }

    // What is opened and not closed goes to the end, as in SQLite; else each opening would be looked through to the end again.
    [GeneratedRegex("""\s+|--[^\n]*|/\*.*?(?:\*/|\z)|'(?:[^']|'')*(?:'|\z)|"(?:[^"]|"")*(?:"|\z)|`[^`]*(?:`|\z)|\[[^\]]*(?:\]|\z)|[\w$]+(?:\.[\w$]+)*|[<>=!|]{2}|.""", RegexOptions.Singleline)]
    private static partial Regex Token();

    [GeneratedRegex("^[\\w\"`\\[]")]
    private static partial Regex IsName();
}

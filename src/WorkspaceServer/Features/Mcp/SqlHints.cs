using System.Text.RegularExpressions;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp;

/// <summary>Turns SQLite's complaint about a statement into one that says what to write instead. Knows only what the caller may see.</summary>
internal static partial class SqlHints
{
    private const string Dialect =
        "This is SQLite: dates with date() and strftime('%Y-%m', d), text with || and substr(), no schemas, no stored functions.";

    /// <summary>Longest message of SQLite that is passed on, in characters.</summary>
    public const int MaxMessageCharacters = 300;

    /// <summary>The message with a hint behind it, if there is one to give.</summary>
    /// <remarks>
    /// SQLite's messages may quote what a statement computed, and so a cell: json_extract names a path that it cannot read.
    /// What is not known to be made of SQLite's words and the statement's names is therefore fenced as data.
    /// </remarks>
    public static string Explain(ProblemException problem, string sql, Catalog visible)
    {
        var message = problem.Message.TrimEnd('.');
        if (NoSuch().Match(message) is { Success: true } missing)
        {
            var name = missing.Groups["name"].Value;
            var hint = missing.Groups["kind"].Value switch
            {
                "table" => Table(name, visible),
                "column" => Column(name, sql, visible),
                _ => Dialect,
            };
            return $"no such {missing.Groups["kind"].Value}: {name}. {hint}";
        }

        if (UnavailableFunction().IsMatch(message) || SyntaxError().IsMatch(message))
        {
            return $"{message}. {Dialect}";
        }

        return OnlyWords().IsMatch(problem.Message) || NamesOnly().IsMatch(problem.Message) ? problem.Message : Fenced(problem.Message);
    }

    private static string Fenced(string message)
    {
        var text = new FencedText();
        text.TryAdd(JsonText.Of(message.Length <= MaxMessageCharacters ? message : message[..MaxMessageCharacters] + "…"));
        return text.Close("SQLite cannot run this statement and says why.");
    }

    private static string Table(string name, Catalog visible) =>
        NearestName.Find(name.Split('.')[^1], visible.Tables.Select(table => table.Schema.Name)) is { } nearest
            ? $"Did you mean {nearest}?"
            : "Call list_tables for the tables there are.";

    private static string Column(string name, string sql, Catalog visible)
    {
        var column = name.Split('.')[^1];
        var words = Words().Matches(sql).Select(word => word.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var named = visible.Tables.Where(table => words.Contains(table.Schema.Name)).ToArray();
        return In(named) ?? In(visible.Tables)
            ?? $"Call describe_table for the columns of {(named.Length > 0 ? string.Join(" and ", named.Select(table => table.Schema.Name)) : "a table")}.";

        string? In(IReadOnlyList<CatalogTable> tables)
        {
            var nearest = NearestName.Find(column, tables.SelectMany(table => table.Schema.Columns).Select(each => each.Name).Distinct(StringComparer.OrdinalIgnoreCase));
            var owners = tables.Where(table => table.Schema.Columns.Any(each => each.Name.Equals(nearest, StringComparison.OrdinalIgnoreCase))).ToArray();
            return nearest is null ? null : $"Did you mean {string.Join(" or ", owners.Take(3).Select(table => $"{table.Schema.Name}.{nearest}"))}?";
        }
    }

    // SQLite adds to a name in double quotes that it may have been meant as a text.
    [GeneratedRegex(@"\Ano such (?<kind>table|column|function): ""?(?<name>[\w.$]{1,127})""?( - should this be .{1,60})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex NoSuch();

    [GeneratedRegex(@"\AThe function \w{1,127} is not available here\z", RegexOptions.CultureInvariant)]
    private static partial Regex UnavailableFunction();

    // What stands near is a token of the statement.
    [GeneratedRegex(@"\Anear ""[^""\r\n]{1,63}"": syntax error\z", RegexOptions.CultureInvariant)]
    private static partial Regex SyntaxError();

    // Without a colon or a quote there is no place in a message for a value.
    [GeneratedRegex(@"\A[A-Za-z0-9_ ,.()/-]{1,300}\z", RegexOptions.CultureInvariant)]
    private static partial Regex OnlyWords();

    [GeneratedRegex(@"\A(ambiguous column name|misuse of aggregate|Only SELECT is allowed here): [\w.,() ]{1,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamesOnly();

    [GeneratedRegex(@"[A-Za-z_][A-Za-z0-9_]*", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}

using System.Text.RegularExpressions;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp;

/// <summary>Turns SQLite's complaint about a statement into one that says what to write instead. Knows only what the caller may see.</summary>
internal static partial class SqlHints
{
    private const string Dialect =
        "This is SQLite: dates with date() and strftime('%Y-%m', d), text with || and substr(), no schemas, no stored functions.";

    /// <summary>The message with a hint behind it, if there is one to give.</summary>
    public static string Explain(ProblemException problem, string sql, Catalog visible)
    {
        var message = problem.Message.TrimEnd('.');
        if (NoSuch().Match(message) is { Success: true } missing)
        {
            var name = missing.Groups["name"].Value.Trim('"', '`', '[', ']', '\'');
            var hint = missing.Groups["kind"].Value switch
            {
                "table" => Table(name, visible),
                "column" => Column(name, sql, visible),
                _ => Dialect,
            };
            return $"no such {missing.Groups["kind"].Value}: {name}. {hint}";
        }

        return UnavailableFunction().IsMatch(message) || message.EndsWith("syntax error", StringComparison.Ordinal)
            ? $"{message}. {Dialect}"
            : problem.Message;
    }

    private static string Table(string name, Catalog visible) =>
        NearestName.Find(name.Split('.')[^1], visible.Tables.Select(table => table.Schema.Name)) is { } nearest
            ? $"Did you mean {nearest}?"
            : "Call list_tables for the tables there are.";

    private static string Column(string name, string sql, Catalog visible)
    {
        var column = name.Split('.')[^1];
        var named = visible.Tables.Where(table => Words().Matches(sql).Any(word => word.Value.Equals(table.Schema.Name, StringComparison.OrdinalIgnoreCase))).ToArray();
        return In(named) ?? In(visible.Tables)
            ?? $"Call describe_table for the columns of {(named.Length > 0 ? string.Join(" and ", named.Select(table => table.Schema.Name)) : "a table")}.";

        string? In(IReadOnlyList<CatalogTable> tables)
        {
            var nearest = NearestName.Find(column, tables.SelectMany(table => table.Schema.Columns).Select(each => each.Name).Distinct(StringComparer.OrdinalIgnoreCase));
            var owners = tables.Where(table => table.Schema.Columns.Any(each => each.Name.Equals(nearest, StringComparison.OrdinalIgnoreCase))).ToArray();
            return nearest is null ? null : $"Did you mean {string.Join(" or ", owners.Take(3).Select(table => $"{table.Schema.Name}.{nearest}"))}?";
        }
    }

    [GeneratedRegex(@"\Ano such (?<kind>table|column|function): (?<name>\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex NoSuch();

    [GeneratedRegex(@"\AThe function \S+ is not available here\z", RegexOptions.CultureInvariant)]
    private static partial Regex UnavailableFunction();

    [GeneratedRegex(@"[A-Za-z_][A-Za-z0-9_]*", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}

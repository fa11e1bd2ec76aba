using System.Globalization;
using System.Text;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources;

/// <summary>Makes names for a workspace out of headers: OrderDate stays, "Order Date" becomes order_date. Never fails: a header that gives no name gets a number.</summary>
internal static class ColumnNames
{
    /// <summary>Longest name of a table or column, in characters.</summary>
    public const int MaxLength = 63;

    private static readonly string[] Reserved = ["rowid", "oid", "_rowid_"];
    private static readonly string[] ReservedStarts = ["_ws_", "sqlite_", "pragma_"];
    private static readonly string[] ReservedEnds = ["_fts", "_fts_data", "_fts_idx", "_fts_content", "_fts_docsize", "_fts_config"];

    public static IReadOnlyList<SourceColumn> Of(IReadOnlyList<string> headers, Func<int, SyncType?>? type = null)
    {
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. headers.Select((header, index) => new SourceColumn(Unused(used, ToName(header, Number("column", index + 1))), header.Trim(), type?.Invoke(index)))];
    }

    /// <summary>A table's name: "Order Details (2)" becomes order_details_2.</summary>
    public static string OfTable(string name) => ToName(name, "table");

    private static string Unused(HashSet<string> used, string name)
    {
        var unique = name;
        for (var number = 2; !used.Add(unique); number++)
        {
            var end = Number("", number);
            unique = name[..Math.Min(name.Length, MaxLength - end.Length)] + end;
        }

        return unique;
    }

    private static string ToName(string text, string otherwise)
    {
        if (text.Length is > 0 and <= MaxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(text[0]) && !IsReserved(text))
        {
            return text;
        }

        var name = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c) || c == '_')
            {
                name.Append(char.ToLowerInvariant(c));
            }
            else if (name.Length > 0 && name[^1] != '_')
            {
                name.Append('_');
            }
        }

        var trimmed = name.ToString().TrimEnd('_');
        trimmed = trimmed.Length == 0 ? otherwise : char.IsAsciiDigit(trimmed[0]) ? "c_" + trimmed : trimmed;
        trimmed = IsReserved(trimmed) ? "c_" + trimmed + "_" : trimmed;
        return trimmed[..Math.Min(trimmed.Length, MaxLength)];
    }

    private static bool IsReserved(string name) => Reserved.Contains(name, StringComparer.OrdinalIgnoreCase)
        || ReservedStarts.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
        || ReservedEnds.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private static string Number(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}_{number}");
}

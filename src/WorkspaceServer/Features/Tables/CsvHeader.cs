using System.Text;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>Turns a file's header and name into names that a table and its columns may have.</summary>
internal static class CsvHeader
{
    /// <summary>Each column's name, made from the header's cell: "Order Date" becomes order_date.</summary>
    /// <exception cref="ProblemException">A name is empty, reserved, or comes twice; or there are too many.</exception>
    public static IReadOnlyList<string> ColumnNames(IReadOnlyList<string> header)
    {
        if (header.Count > TableSchema.MaxColumns)
        {
            throw Wrong($"The header has {header.Count} columns; at most {TableSchema.MaxColumns} are allowed.");
        }

        var names = new List<string>();
        foreach (var (text, index) in header.Select((text, index) => (text, index)))
        {
            var name = ToName(text);
            if (name.Length == 0)
            {
                throw Wrong($"Line 1: column {index + 1} has no name in the header that letters A to Z or digits can be made of ('{text}'). Give it one.");
            }

            if (Identifiers.WhyNotColumn(name) is { } rule)
            {
                throw Wrong($"Line 1: the column name '{name}' {rule}.");
            }

            if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw Wrong($"Line 1: two columns are named '{name}'. Rename one of them.");
            }

            names.Add(name);
        }

        return names;
    }

    /// <summary>A table's name, made from a file's: "Order Details (2).csv" becomes order_details_2.</summary>
    /// <exception cref="ProblemException">No allowed name can be made of it.</exception>
    public static string TableName(string file)
    {
        var name = ToName(Path.GetFileNameWithoutExtension(file));
        return name.Length > 0 && Identifiers.WhyNotTable(name) is null
            ? name
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"No table name can be made of '{Path.GetFileName(file)}'. Give one with --name.");
    }

    private static string ToName(string text)
    {
        text = text.Trim();
        if (Identifiers.WhyNotColumn(text) is null)
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
        trimmed = trimmed.Length > 0 && char.IsAsciiDigit(trimmed[0]) ? "c_" + trimmed : trimmed;
        return trimmed[..Math.Min(trimmed.Length, TableSchema.MaxNameLength)];
    }

    private static ProblemException Wrong(string message) => new(ProblemCodes.InvalidData, message);
}

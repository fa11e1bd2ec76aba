using System.Text;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <param name="Header">As the file has it.</param>
internal readonly record struct CsvColumn(string Name, string Header)
{
    /// <summary>The header, if the name does not say it all.</summary>
    public string? Description => Header == Name ? null : $"\"{CsvHeader.Shown(Header)}\" in the file";
}

/// <summary>Turns a file's header and name into names that a table and its columns may have.</summary>
internal static class CsvHeader
{
    /// <summary>Of a header in a message or a description, in characters.</summary>
    private const int MaxShownChars = 100;

    private static readonly (char Delimiter, string Name)[] Delimiters = [(',', "comma"), (';', "semicolon"), ('\t', "tab")];

    /// <summary>Each column's name, made from the header's cell: "Order Date" becomes order_date.</summary>
    /// <exception cref="ProblemException">A name is empty, reserved, or comes twice; or there are too many.</exception>
    public static IReadOnlyList<CsvColumn> Columns(IReadOnlyList<string> header)
    {
        if (header.Count > TableSchema.MaxColumns)
        {
            throw Wrong($"The header has {header.Count} columns; at most {TableSchema.MaxColumns} are allowed.");
        }

        var columns = new List<CsvColumn>();
        foreach (var (text, index) in header.Select((text, index) => (text.Trim(), index)))
        {
            var name = ToName(text);
            if (name.Length == 0)
            {
                throw Wrong($"Line 1: column {index + 1} has no name in the header that letters A to Z or digits can be made of ('{Shown(text)}'). Give it one.");
            }

            if (Identifiers.WhyNotColumn(name) is { } rule)
            {
                throw Wrong($"Line 1: the column name '{name}' {rule}.");
            }

            var other = columns.FindIndex(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (other >= 0)
            {
                throw Wrong($"Line 1: columns {other + 1} ('{Shown(columns[other].Header)}') and {index + 1} ('{Shown(text)}') would both be named '{name}'. Rename one of them.");
            }

            columns.Add(new CsvColumn(name, text));
        }

        return columns;
    }

    /// <summary>Where the key column is, named as in the file or as in the table.</summary>
    /// <exception cref="ProblemException">There is no such column.</exception>
    public static int? KeyIndex(string? key, IReadOnlyList<CsvColumn> columns)
    {
        if (key is null)
        {
            return null;
        }

        var all = columns.ToList();
        var index = all.FindIndex(column => column.Header == key.Trim());
        index = index >= 0 ? index : all.FindIndex(column => column.Name.Equals(key.Trim(), StringComparison.OrdinalIgnoreCase));
        return index >= 0
            ? index
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"The key '{Shown(key)}' is no column of the file. The columns are: {Shown(string.Join(", ", all.Select(column => column.Name)))}");
    }

    /// <summary>A table's name: the one given, else one made from the file's: "Order Details (2).csv" becomes order_details_2.</summary>
    /// <exception cref="ProblemException">The name is not allowed, or none can be made.</exception>
    public static string TableName(string? given, string file)
    {
        if (given is not null)
        {
            return Identifiers.WhyNotTable(given) is { } rule ? throw new ProblemException(ProblemCodes.InvalidArgument, $"The table name '{Shown(given)}' {rule}.") : given;
        }

        var name = ToName(Path.GetFileNameWithoutExtension(file).Trim());
        return name.Length > 0 && Identifiers.WhyNotTable(name) is null
            ? name
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"No table name can be made of '{Shown(Path.GetFileName(file))}'. Give one with --name.");
    }

    /// <summary>What probably separates the cells, if one cell is all that the header has; or null.</summary>
    public static string? LikelyDelimiter(ReadOnlySpan<char> onlyCell)
    {
        foreach (var (delimiter, name) in Delimiters)
        {
            if (onlyCell.Contains(delimiter))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Text of the file in one line and not too long.</summary>
    public static string Shown(string text)
    {
        var line = string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= MaxShownChars)
        {
            return line;
        }

        var end = char.IsHighSurrogate(line[MaxShownChars - 1]) ? MaxShownChars - 1 : MaxShownChars;
        return line[..end] + "…";
    }

    private static string ToName(string text)
    {
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

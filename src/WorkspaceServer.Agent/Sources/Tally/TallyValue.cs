using System.Globalization;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources.Tally;

/// <summary>Tally's way to write values, and ours: 20240401, "Yes", "-1,250.50", "10 Nos", "125.00/Nos".</summary>
internal static class TallyValue
{
    /// <summary>The rows that an object gives for a table.</summary>
    public static IEnumerable<string?[]> Rows(TallyObject of, TallyTable table)
    {
        if (table.List is null)
        {
            yield return [of.Guid, .. table.Columns.Select(column => Read(TallyClient.Field(of.Element, column.Field), column.Type))];
            yield break;
        }

        var line = 0;
        foreach (var entry in of.Element.Elements().Where(each => each.Name.LocalName.Equals(table.List + ".LIST", StringComparison.OrdinalIgnoreCase) && each.HasElements))
        {
            line++;
            yield return [of.Guid, line.ToString(CultureInfo.InvariantCulture), .. table.Columns.Select(column => Read(TallyClient.Field(entry, column.Field), column.Type))];
        }
    }

    /// <summary>The value as the protocol writes it. What cannot be read so stays as it is, and the column becomes text.</summary>
    public static string? Read(string? text, SyncType type) => text is null ? null : type switch
    {
        SyncType.Boolean => text.Equals("Yes", StringComparison.OrdinalIgnoreCase) ? "true" : text.Equals("No", StringComparison.OrdinalIgnoreCase) ? "false" : text,
        SyncType.Date => DateOnly.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : text,
        SyncType.Decimal => Number(text) ?? text,
        _ => text,
    };

    /// <summary>The number before a unit, "10 Nos", or a rate's, "125.00/Nos". Of a quantity in two units, "2 Box = 20 Nos", the first.</summary>
    private static string? Number(string text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '-' or '.' or ','))
        {
            end++;
        }

        // What follows must be a unit; a foreign amount, "$ 100.00 @ 83/$", does not even begin with a number.
        var rest = text[end..].TrimStart();
        var number = text[..end].Replace(",", "", StringComparison.Ordinal);
        return rest.Contains('@', StringComparison.Ordinal) || !decimal.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? null
            : value.ToString(CultureInfo.InvariantCulture);
    }
}

using System.Text;

namespace WorkspaceServer.Features.Tables;

/// <summary>A line of a CSV file, as a spreadsheet may open it without running anything.</summary>
internal static class CsvLine
{
    /// <summary>Every cell in quotes; one that a spreadsheet would take for a formula gets an apostrophe before it, unless it is a number.</summary>
    public static string Of(IEnumerable<string> cells)
    {
        var line = new StringBuilder();
        foreach (var cell in cells)
        {
            var isFormula = cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r'
                && !double.TryParse(cell, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);
            line.Append(line.Length > 0 ? ",\"" : "\"").Append(isFormula ? "'" : "").Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }

        return line.Append("\r\n").ToString();
    }
}

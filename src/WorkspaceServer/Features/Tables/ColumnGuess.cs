using System.Globalization;
using System.Text.RegularExpressions;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>Finds the narrowest type that keeps every value of a column as it was written. Looks at all of them, never at a sample.</summary>
/// <remarks>
/// A leading zero, a plus sign, a minus zero or an exponent makes a column Text; so does a number with a point and more than
/// 15 significant digits or places after the point, which a double or a sum would not keep. Empty cells fit every type.
/// </remarks>
internal sealed partial class ColumnGuess
{
    /// <summary>A double keeps this many significant digits of any decimal number (IEEE 754, binary64).</summary>
    private const int MaxExactDigits = 15;

    /// <summary>A double keeps no digit of a number under 10^-324, however few it has; this stays far from there.</summary>
    private const int MaxPlacesAfterPoint = 15;

    private bool isInteger = true;
    private bool isDecimal = true;
    private bool isDate = true;
    private bool isDateTime = true;
    private bool isBoolean = true;
    private bool isEmpty = true;

    public ColumnType Type =>
        isEmpty ? ColumnType.Text
        : isInteger ? ColumnType.Integer
        : isDecimal ? ColumnType.Decimal
        : isDate ? ColumnType.Date
        : isDateTime ? ColumnType.DateTime
        : isBoolean ? ColumnType.Boolean
        : ColumnType.Text;

    public void Look(ReadOnlySpan<char> cell)
    {
        if (cell.IsEmpty)
        {
            return;
        }

        isEmpty = false;
        isInteger = isInteger && IsInteger(cell);
        isDecimal = isDecimal && IsDecimal(cell);
        isDate = isDate && IsDate(cell);
        isDateTime = isDateTime && IsDateTime(cell);
        isBoolean = isBoolean && IsBoolean(cell);
    }

    /// <summary>The value of a cell whose column has this type.</summary>
    public static SqlValue Read(ReadOnlySpan<char> cell, ColumnType type) => cell.IsEmpty ? SqlValue.Null : type switch
    {
        ColumnType.Integer => long.Parse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        ColumnType.Decimal => double.Parse(cell, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture),
        ColumnType.Boolean => cell.Equals("true", StringComparison.OrdinalIgnoreCase) ? 1 : 0,
        _ => cell.ToString(),
    };

    private static bool IsInteger(ReadOnlySpan<char> cell) =>
        IsCanonical(cell) && !cell.Contains('.') && long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static bool IsDecimal(ReadOnlySpan<char> cell) =>
        IsCanonical(cell) && SignificantDigits(cell) <= MaxExactDigits && PlacesAfterPoint(cell) <= MaxPlacesAfterPoint;

    private static bool IsCanonical(ReadOnlySpan<char> cell) => Number().IsMatch(cell) && !(cell[0] == '-' && SignificantDigits(cell) == 0);

    /// <summary>Digits from the first one that is not zero, trailing zeros included.</summary>
    private static int SignificantDigits(ReadOnlySpan<char> cell)
    {
        var digits = 0;
        foreach (var c in cell)
        {
            if (char.IsAsciiDigit(c) && (digits > 0 || c != '0'))
            {
                digits++;
            }
        }

        return digits;
    }

    private static int PlacesAfterPoint(ReadOnlySpan<char> cell) => cell.Contains('.') ? cell.Length - 1 - cell.IndexOf('.') : 0;

    private static bool IsDate(ReadOnlySpan<char> cell) => DateOnly.TryParseExact(cell, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsDateTime(ReadOnlySpan<char> cell) =>
        Moment().IsMatch(cell) && DateTimeOffset.TryParse(cell, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static bool IsBoolean(ReadOnlySpan<char> cell) =>
        cell.Equals("true", StringComparison.OrdinalIgnoreCase) || cell.Equals("false", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,7})?)?(Z|[+-][0-9]{2}:[0-9]{2})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Moment();
}

using System.Globalization;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources;

/// <summary>The narrowest type that keeps every value of a column as it was written. It looks at all of them, never at a sample.</summary>
/// <remarks>
/// A leading zero, a plus sign, a minus zero or an exponent makes a column text, so that nothing is lost; so does a number with more than
/// 15 significant digits or places after the point. Dates among moments are their midnights. NULL fits every type. A type once found only
/// widens: a column that was text stays text.
/// </remarks>
internal sealed class TypeGuess
{
    private bool isInteger;
    private bool isDecimal;
    private bool isDate;
    private bool isDateTime;
    private bool isBoolean;
    private bool isEmpty;

    /// <param name="known">What the column was so far, or null.</param>
    public TypeGuess(SyncType? known)
    {
        isEmpty = known is null;
        isInteger = known is null or SyncType.Integer;
        isDecimal = known is null or SyncType.Integer or SyncType.Decimal;
        isDate = known is null or SyncType.Date;
        isDateTime = known is null or SyncType.Date or SyncType.DateTime;
        isBoolean = known is null or SyncType.Boolean;
    }

    public SyncType Type =>
        isEmpty ? SyncType.Text
        : isInteger ? SyncType.Integer
        : isDecimal ? SyncType.Decimal
        : isDate ? SyncType.Date
        : isDateTime ? SyncType.DateTime
        : isBoolean ? SyncType.Boolean
        : SyncType.Text;

    /// <summary>Looks at a value that is not NULL.</summary>
    public void Look(ReadOnlySpan<char> cell)
    {
        if (cell.IsEmpty)
        {
            return;
        }

        isEmpty = false;
        isInteger = isInteger && IsInteger(cell);
        isDecimal = isDecimal && IsDecimal(cell);
        isDateTime = isDateTime && (Moments.IsWellFormed(cell, withTime: false) || Moments.IsWellFormed(cell, withTime: true));
        isDate = isDate && isDateTime && cell.Length == "YYYY-MM-DD".Length;
        isBoolean = isBoolean && IsBoolean(cell, out _);
    }

    /// <summary>The cell that a value is in a column of this type.</summary>
    /// <returns>False if the column cannot hold it: its type has to be widened.</returns>
    public static bool TryCell(ReadOnlySpan<char> text, SyncType type, out Cell cell)
    {
        cell = Cell.Null;
        if (text.IsEmpty)
        {
            // Empty text exists in columns of text only; elsewhere it says nothing.
            cell = type == SyncType.Text ? Cell.Of("") : Cell.Null;
            return true;
        }

        switch (type)
        {
            case SyncType.Integer when IsInteger(text):
                cell = Cell.Of(long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
                return true;
            case SyncType.Decimal:
                return IsDecimal(text) && Cell.TryDecimal(text, out cell);
            case SyncType.Boolean when IsBoolean(text, out var truth):
                cell = Cell.Of(truth);
                return true;
            case SyncType.DateTime when Moments.IsWellFormed(text, withTime: false):
                cell = Cell.Of(string.Concat(text, "T00:00:00"));
                return true;
            case SyncType.Date or SyncType.DateTime when Moments.IsWellFormed(text, withTime: type == SyncType.DateTime):
            case SyncType.Text:
                cell = Cell.Of(text.ToString());
                return true;
            default:
                return false;
        }
    }

    /// <summary>As <see cref="TryCell"/>, without making the cell.</summary>
    public static bool Fits(ReadOnlySpan<char> text, SyncType type) => type == SyncType.Text || text.IsEmpty || type switch
    {
        SyncType.Integer => IsInteger(text),
        SyncType.Decimal => IsDecimal(text),
        SyncType.Boolean => IsBoolean(text, out _),
        SyncType.Date => Moments.IsWellFormed(text, withTime: false),
        _ => Moments.IsWellFormed(text, withTime: false) || Moments.IsWellFormed(text, withTime: true),
    };

    private static bool IsInteger(ReadOnlySpan<char> cell) => IsCanonical(cell, out var point, out _) && point < 0
        && (cell.Length < 19 || long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));

    private static bool IsDecimal(ReadOnlySpan<char> cell) => IsCanonical(cell, out var point, out var digits) && digits <= SyncLimits.MaxDecimalDigits
        && (point < 0 || cell.Length - 1 - point <= SyncLimits.MaxDecimalDigits);

    /// <summary>-?(0|[1-9][0-9]*)(\.[0-9]+)? and no minus zero. By hand, because it runs for each cell of a number.</summary>
    /// <param name="point">Where the point is, or -1.</param>
    /// <param name="digits">How many from the first that is not zero, trailing zeros included.</param>
    private static bool IsCanonical(ReadOnlySpan<char> cell, out int point, out int digits)
    {
        point = -1;
        digits = 0;
        var start = cell[0] == '-' ? 1 : 0;
        for (var at = start; at < cell.Length; at++)
        {
            var c = cell[at];
            if (c == '.' && point < 0 && at > start && at < cell.Length - 1)
            {
                point = at;
            }
            else if (!char.IsAsciiDigit(c))
            {
                return false;
            }
            else if (digits > 0 || c != '0')
            {
                digits++;
            }
        }

        var wholeLength = (point < 0 ? cell.Length : point) - start;
        return wholeLength > 0 && (wholeLength == 1 || cell[start] != '0') && !(start == 1 && digits == 0);
    }

    private static bool IsBoolean(ReadOnlySpan<char> cell, out bool truth)
    {
        truth = cell.Equals("true", StringComparison.OrdinalIgnoreCase);
        return truth || cell.Equals("false", StringComparison.OrdinalIgnoreCase);
    }
}

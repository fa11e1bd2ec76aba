using System.Buffers;
using System.Globalization;
using System.Text;

namespace WorkspaceServer.Protocol;

/// <summary>What a cell holds. The numbers are the tags of the batch format.</summary>
public enum CellKind : byte
{
    Null = 0,
    Text = 1,
    Integer = 2,
    Decimal = 3,
    False = 4,
    True = 5,
}

/// <summary>One cell. Decimals are an integer and a number of places: no number ever is a binary fraction on its way.</summary>
/// <param name="Number">The integer; of a decimal, its digits.</param>
/// <param name="Places">Of a decimal: digits after the point, 0 to 15.</param>
public readonly record struct Cell(CellKind Kind, long Number = 0, byte Places = 0, string? Text = null)
{
    /// <summary>The least number that has more digits than a decimal may have.</summary>
    private const long TooManyDigits = 1_000_000_000_000_000;

    /// <summary>A longer text may have more digits than <see cref="decimal"/>, which would round it without a word.</summary>
    private const int MaxExactLength = 28;

    public static Cell Null => default;

    public static Cell Of(string text) => new(CellKind.Text, Text: text);

    public static Cell Of(long number) => new(CellKind.Integer, number);

    public static Cell Of(bool truth) => new(truth ? CellKind.True : CellKind.False);

    /// <summary>Reads digits, with a minus before and a point between them if need be: "-1234.50". Zeros at the end are dropped.</summary>
    /// <returns>False if it is written in another way, or has more than 15 significant digits or places: send that column as text.</returns>
    public static bool TryDecimal(ReadOnlySpan<char> text, out Cell cell)
    {
        cell = default;
        return text.Length <= MaxExactLength
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && TryDecimal(value, out cell);
    }

    /// <returns>False if it has more than 15 significant digits or places: send that column as text.</returns>
    public static bool TryDecimal(decimal value, out Cell cell)
    {
        // Dividing by one drops the zeros at the end.
        Span<int> bits = stackalloc int[4];
        var places = (value /= 1.0000000000000000000000000000m).Scale;
        decimal.GetBits(value, bits);
        var digits = ((long)bits[1] << 32) | (uint)(bits[0] & uint.MaxValue);
        var fits = bits[2] == 0 && digits is >= 0 and < TooManyDigits && places <= SyncLimits.MaxDecimalDigits;
        cell = fits ? new Cell(CellKind.Decimal, value < 0 ? -digits : digits, places) : default;
        return fits;
    }

    /// <summary>Null if the cell may stand in a column of this type, else why not. Null fits every type.</summary>
    public string? WhyNot(SyncType type)
    {
        if (!Fits(Kind, type))
        {
            return $"is {Kind} where the column is {type}";
        }

        return Kind switch
        {
            CellKind.Decimal when Number is <= -TooManyDigits or >= TooManyDigits || Places > SyncLimits.MaxDecimalDigits => "has more than 15 digits",
            CellKind.Text when type == SyncType.Text => Text!.Length > SyncLimits.MaxCellBytes || Encoding.UTF8.GetByteCount(Text) > SyncLimits.MaxCellBytes ? "is longer than 1,000,000 bytes" : null,
            CellKind.Text => Moments.IsWellFormed(Text!, withTime: type == SyncType.DateTime) ? null : Moments.WhyNot(type),
            _ => null,
        };
    }

    /// <summary>Whether a cell of this kind may stand in a column of this type, whatever it holds.</summary>
    internal static bool Fits(CellKind kind, SyncType type) => kind switch
    {
        CellKind.Null => true,
        CellKind.Integer => type == SyncType.Integer,
        CellKind.Decimal => type == SyncType.Decimal,
        CellKind.False or CellKind.True => type == SyncType.Boolean,
        CellKind.Text => type is SyncType.Text or SyncType.Date or SyncType.DateTime,
        _ => false,
    };

    /// <summary>A decimal as a number with a point.</summary>
    public decimal AsDecimal() => Kind == CellKind.Decimal
        ? new decimal(unchecked((int)Math.Abs(Number)), (int)(Math.Abs(Number) >> 32), 0, Number < 0, Places)
        : throw new InvalidOperationException($"This cell is {Kind}.");

    public override string ToString() => Kind switch
    {
        CellKind.Text => Text!,
        CellKind.Integer => Number.ToString(CultureInfo.InvariantCulture),
        CellKind.Decimal => AsDecimal().ToString(CultureInfo.InvariantCulture),
        CellKind.False => "false",
        CellKind.True => "true",
        _ => "",
    };
}

/// <summary>Dates and times as they are sent: ISO 8601, the extended form.</summary>
public static class Moments
{
    private const int DateLength = 10;

    /// <summary>9999-12-31T23:59:59.9999999+05:30</summary>
    private const int MaxLength = 33;

    private static readonly string[] TimePatterns = [@"HH\:mm", @"HH\:mm\:ss", @"HH\:mm\:ss\.FFFFFFF"];

    /// <param name="text">UTF-8.</param>
    public static bool IsWellFormed(ReadOnlySpan<byte> text, bool withTime)
    {
        Span<char> characters = stackalloc char[MaxLength];
        return text.Length <= MaxLength && Ascii.ToUtf16(text, characters, out var length) == OperationStatus.Done && IsWellFormed(characters[..length], withTime);
    }

    public static bool IsWellFormed(ReadOnlySpan<char> text, bool withTime)
    {
        if (text.Length < DateLength || !IsDate(text[..DateLength]))
        {
            return false;
        }

        return withTime ? text.Length > DateLength && text[DateLength] is 'T' or ' ' && IsTime(text[(DateLength + 1)..]) : text.Length == DateLength;
    }

    internal static string WhyNot(SyncType type) => $"is no {type} as YYYY-MM-DD{(type == SyncType.DateTime ? "Thh:mm:ss" : "")}";

    /// <summary>The calendar of <see cref="DateOnly"/>, several times as fast as its parser: every date of every row comes here.</summary>
    private static bool IsDate(ReadOnlySpan<char> text) =>
        text[4] == '-' && text[7] == '-'
        && Digits(text[..4]) is var year and > 0 && Digits(text[5..7]) is var month and >= 1 and <= 12 && Digits(text[8..]) is var day and >= 1 && day <= DateTime.DaysInMonth(year, month);

    /// <returns>-1 if they are not all digits from 0 to 9.</returns>
    private static int Digits(ReadOnlySpan<char> text)
    {
        var value = 0;
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
            {
                return -1;
            }

            value = (value * 10) + (character - '0');
        }

        return value;
    }

    private static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text.EndsWith("Z"))
        {
            text = text[..^1];
        }
        else if (text.Length > 6 && text[^6] is '+' or '-')
        {
            if (!TimeOnly.TryParseExact(text[^5..], @"HH\:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                return false;
            }

            text = text[..^6];
        }

        foreach (var pattern in TimePatterns)
        {
            if (TimeOnly.TryParseExact(text, pattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                return !text.EndsWith(".");
            }
        }

        return false;
    }
}

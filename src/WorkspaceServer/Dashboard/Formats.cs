using System.Globalization;
using System.Numerics;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Dashboard;

/// <summary>How numbers, money and times are written for people: Indian grouping, days of India's one time zone.</summary>
internal static class Formats
{
    /// <summary>One text, so that May, which is also a word, is not said for the month.</summary>
    public const string Months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";

    private const char Minus = '\u2212';

    // India has had no summer time since 1945, so a fixed offset is the time zone.
    private static readonly TimeSpan India = new(5, 30, 0);

    // Groups of three, then of two: 12,18,400.
    private static readonly NumberFormatInfo Grouping = new() { NumberGroupSizes = [3, 2], NumberGroupSeparator = ",", NumberDecimalSeparator = "." };

    /// <summary>How far the time zone of days is ahead of UTC.</summary>
    public static TimeSpan Zone => India;

    /// <summary>Days since 1970, as the time zone of days counts them.</summary>
    public static long DayNumber(DateTimeOffset time) => (time.ToUnixTimeSeconds() + (long)India.TotalSeconds) / (24 * 60 * 60);

    /// <summary>When that day began.</summary>
    public static DateTimeOffset StartOfDay(long number) => DateTimeOffset.UnixEpoch.AddDays(number) - India;

    /// <summary>12,18,400, with a true minus.</summary>
    public static string Number(long value) => Signed(value < 0, ((Int128)value).ToString("N0", Grouping));

    /// <summary>12,18,400.50, with a true minus. The unit stands once, in the head of the table.</summary>
    public static string Money(decimal value) => Signed(value < 0, value.ToString("N2", Grouping));

    /// <summary>12,18,400.50 with two to six places, with a true minus.</summary>
    public static string Decimal(decimal value) => Signed(value < 0, value.ToString("#,##0.00####", Grouping));

    /// <summary>A decimal number with every digit that it has, such as 99,98,999.3001: for sums that no other type holds.</summary>
    /// <param name="digits">As a program writes it: a minus, digits, a point and digits.</param>
    public static string Exact(string digits)
    {
        var (whole, point) = (digits.TrimStart('-'), digits.IndexOf('.', StringComparison.Ordinal));
        var fraction = point < 0 ? "" : digits[point..];
        return BigInteger.TryParse(whole[..^fraction.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Signed(digits.StartsWith('-'), number.ToString("N0", Grouping) + fraction)
            : digits;
    }

    /// <summary>30 Sep 2026.</summary>
    public static string Date(DateTimeOffset time)
    {
        var day = Local(time);
        return string.Create(CultureInfo.InvariantCulture, $"{day.Day} {Month(day.Month)} {day.Year:D4}");
    }

    /// <summary>Sat, Sun.</summary>
    public static string Weekday(DateTimeOffset time) => Local(time).DayOfWeek switch
    {
        DayOfWeek.Monday => T["Mon"],
        DayOfWeek.Tuesday => T["Tue"],
        DayOfWeek.Wednesday => T["Wed"],
        DayOfWeek.Thursday => T["Thu"],
        DayOfWeek.Friday => T["Fri"],
        DayOfWeek.Saturday => T["Sat"],
        _ => T["Sun"],
    };

    /// <summary>30 Sep 2026, 10:42:07.</summary>
    public static string Moment(DateTimeOffset time) => $"{Date(time)}, {Clock(time)}";

    /// <summary>10:42:07.</summary>
    public static string Clock(DateTimeOffset time) => Local(time).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>about 40 s left, about 3 min left.</summary>
    public static string Left(TimeSpan left) => left < TimeSpan.FromSeconds(90)
        ? T["about {0} s left", Math.Max(1, Math.Ceiling(left.TotalSeconds))]
        : T["about {0} min left", Math.Ceiling(left.TotalMinutes)];

    /// <summary>412 MB: three digits at most before the unit, and one after the point below ten.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1000 && unit < units.Length - 1; unit++)
        {
            size /= 1024;
        }

        return size.ToString(unit > 0 && size < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>Of something in the past: "now", a time of today, "yesterday", or the day.</summary>
    public static string Seen(DateTimeOffset time, DateTimeOffset now)
    {
        if ((now - time).Duration() < TimeSpan.FromMinutes(1))
        {
            return T["now"];
        }

        var days = (Local(now).Date - Local(time).Date).Days;
        return days switch
        {
            0 => Local(time).ToString("HH:mm", CultureInfo.InvariantCulture),
            1 => T["yesterday"],
            -1 => T["tomorrow, {0}", Local(time).ToString("HH:mm", CultureInfo.InvariantCulture)],
            _ => Date(time),
        };
    }

    /// <summary>For the attribute datetime (HTML, section 2.3.5.7).</summary>
    public static string Machine(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>At most two letters for a person or a workspace without a picture.</summary>
    public static string Initials(string name)
    {
        var words = name.Split([' ', '.', '@'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Concat(words.Take(2).Select(word => StringInfo.GetNextTextElement(word))).ToUpperInvariant();
    }

    private static string Month(int number) => T[Months].Split(' ') is { Length: 12 } months ? months[number - 1] : Months.Split(' ')[number - 1];

    private static DateTimeOffset Local(DateTimeOffset time) => time.ToOffset(India);

    private static string Signed(bool negative, string text) => negative ? Minus + text.TrimStart('-') : text;
}

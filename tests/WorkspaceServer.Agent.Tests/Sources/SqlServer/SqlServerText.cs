using System.Data.SqlTypes;
using System.Globalization;

namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <summary>Values as text, as Microsoft's "CAST and CONVERT (Transact-SQL)" says for each style. What is not said there, or not needed, is an error.</summary>
internal static class SqlServerText
{
    private const int WithoutStyle = 0;

    /// <summary>Makes a function that converts values of a type to nvarchar.</summary>
    /// <param name="length">Most characters; <see cref="SqlServerType.Max"/> for as many as there are.</param>
    /// <param name="style">Null if none was given.</param>
    public static Func<object, object> Conversion(SqlServerType from, int length, int? style) => (from.Name, style) switch
    {
        ("tinyint" or "smallint" or "int" or "bigint", null) => Number(length, value => Invariant((long)value)),
        ("decimal" or "numeric", null) => Number(length, value => SqlDecimal.AdjustScale((SqlDecimal)value, from.Scale - ((SqlDecimal)value).Scale, fRound: false).ToString()),
        // Two places if nobody asks for four: a paisa's hundredth would be lost.
        ("money" or "smallmoney", null or WithoutStyle) => Number(length, value => ((decimal)value).ToString("0.00", CultureInfo.InvariantCulture)),
        ("money" or "smallmoney", 2) => Number(length, value => ((decimal)value).ToString("0.0000", CultureInfo.InvariantCulture)),
        // Six digits at most; nobody who wants the number asks so.
        ("float" or "real", null or WithoutStyle) => Number(length, value => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("G6", CultureInfo.InvariantCulture)),
        ("bit", null) => Number(length, value => (bool)value ? "1" : "0"),
        ("date", 23) => Cut(length, value => ((DateOnly)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        ("time", null or 121) => Cut(length, value => ((TimeOnly)value).ToString("HH:mm:ss" + Fraction(from.Scale), CultureInfo.InvariantCulture)),
        ("smalldatetime", 126) => Cut(length, value => Moment((DateTime)value, scale: 0)),
        ("datetime", 126) => Cut(length, value => Moment((DateTime)value, scale: 3)),
        ("datetime2", 126) => Cut(length, value => Moment((DateTime)value, from.Scale)),
        ("datetimeoffset", 126) => Cut(length, value => Moment(((DateTimeOffset)value).DateTime, from.Scale) + ((DateTimeOffset)value).ToString("zzz", CultureInfo.InvariantCulture)),
        ("uniqueidentifier", null) => length is SqlServerType.Max or >= 36
            ? value => ((Guid)value).ToString("D").ToUpperInvariant()
            : throw new SqlServerError(8170, 16, 2, "Insufficient result space to convert uniqueidentifier value to char."),
        ("binary" or "varbinary" or "timestamp", 2) => Cut(length, value => Convert.ToHexString((byte[])value)),
        ("char" or "nchar", null) => Cut(length, value => ((string)value).PadRight(from.Length)),
        ("varchar" or "nvarchar" or "text" or "ntext" or "xml", null) => Cut(length, value => (string)value),
        ("sql_variant", null) => Cut(length, value => Convert.ToString(value, CultureInfo.InvariantCulture)!),
        ("image" or SqlServerType.Clr, _) => throw new SqlServerError(529, 16, 2, $"Explicit conversion from data type {from.Name} to nvarchar is not allowed."),
        _ => throw new SqlServerError(281, 16, 1, $"{style} is not a valid style number when converting from {from.Name} to a character string."),
    };

    private static Func<object, object> Number(int length, Func<object, string> write) => value =>
        write(value) is var text && (length == SqlServerType.Max || text.Length <= length)
            ? text
            : throw new SqlServerError(8115, 16, 2, "Arithmetic overflow error converting expression to data type nvarchar.");

    private static Func<object, object> Cut(int length, Func<object, string> write) => value => write(value) is var text && (length == SqlServerType.Max || text.Length <= length) ? text : text[..length];

    private static string Invariant(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>ISO 8601; a fraction that is zero is not written.</summary>
    private static string Moment(DateTime value, int scale) =>
        value.ToString("yyyy-MM-dd'T'HH:mm:ss" + (value.Ticks % TimeSpan.TicksPerSecond == 0 ? "" : Fraction(scale)), CultureInfo.InvariantCulture);

    private static string Fraction(int scale) => scale == 0 ? "" : "." + new string('f', scale);
}

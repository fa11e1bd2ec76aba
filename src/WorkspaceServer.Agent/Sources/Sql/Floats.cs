using System.Globalization;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <summary>Binary fractions, which some databases keep and write each in its own way: as the shortest digits that mean this very number, without an exponent where that is usual.</summary>
internal static class Floats
{
    /// <summary>32 bits. By way of 64, which are written out up to 10^15 where 32 would have an exponent.</summary>
    public static string OfSingle(float value) => OfDouble(double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    public static string OfSingle(string text) => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? OfSingle(value) : text;

    public static string OfDouble(double value) => value == 0 ? "0" : value.ToString("R", CultureInfo.InvariantCulture);

    public static string OfDouble(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? OfDouble(value) : text;
}

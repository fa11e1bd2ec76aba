using System.Globalization;

namespace WorkspaceServer.Protocol;

/// <summary>A sum that loses nothing: 128 bits at a fixed number of places after the point.</summary>
/// <remarks>A decimal takes at most 10^15 · 10^15, so at least 10^8 of them fit; an integer at most 2^63, so 2^64 of them.</remarks>
#pragma warning disable CA1815 // A sum that is still added to is compared by what it says.
public struct ExactSum(SyncType type)
#pragma warning restore CA1815
{
    private static readonly long[] Powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000];

    private readonly int places = type == SyncType.Decimal ? SyncLimits.MaxDecimalDigits : 0;
    private Int128 units;

    /// <summary>Whether columns of this type are summed.</summary>
    public static bool Sums(SyncType type) => type is SyncType.Integer or SyncType.Decimal;

    /// <exception cref="OverflowException">The sum has more than 128 bits.</exception>
    public void Add(in Cell cell)
    {
        if (cell.Kind is CellKind.Integer or CellKind.Decimal)
        {
            units = checked(units + Units(cell.Number, cell.Places));
        }
    }

    /// <inheritdoc cref="Add(in Cell)"/>
    public void Add(in RawCell cell)
    {
        if (cell.Kind is CellKind.Integer or CellKind.Decimal)
        {
            units = checked(units + Units(cell.Number, cell.Places));
        }
    }

    /// <summary>Adds another sum, of a column of the same type.</summary>
    /// <exception cref="OverflowException">The sum has more than 128 bits.</exception>
    public void Add(ExactSum other) => units = checked(units + other.units);

    /// <inheritdoc cref="Add(in Cell)"/>
    public void Subtract(in Cell cell)
    {
        if (cell.Kind is CellKind.Integer or CellKind.Decimal)
        {
            units = checked(units - Units(cell.Number, cell.Places));
        }
    }

    /// <summary>Goes on from a sum as <see cref="ToString"/> wrote it; zeros at the end do not matter.</summary>
    public static bool TryParse(string? text, SyncType type, out ExactSum sum)
    {
        sum = new ExactSum(type);
        var point = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        var digits = point < 0 ? text : text![..point] + text[(point + 1)..].TrimEnd('0');
        var after = point < 0 ? 0 : digits!.Length - point;
        if (after > sum.places || !Int128.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var units))
        {
            return false;
        }

        try
        {
            sum.units = checked(units * Powers[sum.places - after]);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>Digits, with a minus and a point if need be, and no zeros that say nothing: "0", "-12.5".</summary>
    public override readonly string ToString()
    {
        var digits = (units < 0 ? -units : units).ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        var text = places == 0 ? digits : $"{digits[..^places]}.{digits[^places..]}".TrimEnd('0').TrimEnd('.');
        return units < 0 ? "-" + text : text;
    }

    // 64 bits times 10^15 always fit into 128.
    private readonly Int128 Units(long number, byte after) => Math.BigMul(number, Powers[places - after]);
}

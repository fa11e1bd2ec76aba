using System.Globalization;
using System.Numerics;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Tests.Protocol;

public sealed class ControlTotalsTests
{
    private static readonly SyncSchema Schema = new("t", [new("n", SyncType.Integer), new("d", SyncType.Decimal), new("x", SyncType.Text)], []);

    [Fact]
    public void ATenthTenTimesIsOne()
    {
        Assert.True(Cell.TryDecimal("0.1", out var tenth));
        var counter = new TotalsCounter(Schema);
        for (var i = 0; i < 10; i++)
        {
            counter.Add([Cell.Null, tenth, Cell.Of("0.1")]);
        }

        Assert.Equal("1", counter.Totals.Sums["d"]);
        Assert.Equal(["d", "n"], counter.Totals.Sums.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SumsAgreeWithWholeNumbersOfAnySize()
    {
        var random = new SeededRandom(17);
        var counter = new TotalsCounter(Schema);
        var (whole, quadrillionths) = (BigInteger.Zero, BigInteger.Zero);
        for (var i = 0; i < 5_000; i++)
        {
            var number = i % 2 == 0 ? long.MaxValue - i : random.Next(1_000) - 700;
            var places = random.Next(16);
            var digits = ((long)random.Next(1_000_000_000) * 999_983 % 1_000_000_000_000_000) - (i % 3 == 0 ? 499_999_999_999_999 : 0);
            var cell = new Cell(CellKind.Decimal, digits, (byte)places);
            counter.Add([Cell.Of(number), cell, Cell.Null]);
            whole += number;
            quadrillionths += digits * BigInteger.Pow(10, 15 - places);
        }

        Assert.Equal(whole.ToString(CultureInfo.InvariantCulture), counter.Totals.Sums["n"]);
        Assert.Equal(quadrillionths, BigInteger.Parse(WithPlaces(counter.Totals.Sums["d"]), CultureInfo.InvariantCulture));
    }

    [Fact]
    public void GoingOnFromTotalsIsTheSameAsNotHavingStopped()
    {
        var counter = new TotalsCounter(Schema);
        Assert.True(Cell.TryDecimal("-7.125", out var cell));
        counter.Add([Cell.Of(5), cell, Cell.Null]);
        var further = TotalsCounter.From(Schema, counter.Totals);
        further.Add([Cell.Of(6), cell, Cell.Null]);
        further.Subtract([Cell.Of(5), cell, Cell.Null]);

        Assert.Equal(("1", "6", "-7.125"), (further.Totals.Rows.ToString(CultureInfo.InvariantCulture), further.Totals.Sums["n"], further.Totals.Sums["d"]));
        Assert.Null(TotalsCounter.Difference(further.Totals, new ControlTotals(1, new Dictionary<string, string> { ["n"] = "6", ["d"] = "-7.125" })));
    }

    [Theory]
    [InlineData(2, "6", "-7.125", "rows")]
    [InlineData(1, "7", "-7.125", "sum of n")]
    [InlineData(1, "6", "-7.126", "sum of d")]
    public void ADifferenceIsSaidInWords(long rows, string n, string d, string said) => Assert.Contains(
        said,
        TotalsCounter.Difference(new(1, new Dictionary<string, string> { ["n"] = "6", ["d"] = "-7.125" }), new(rows, new Dictionary<string, string> { ["n"] = n, ["d"] = d })),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("12.500", "12.5")]
    [InlineData("-0.000000000000001", "-0.000000000000001")]
    [InlineData("-0", "0")]
    [InlineData("1e5", null)]
    [InlineData("0.0000000000000001", null)]
    [InlineData("1.2.3", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void SumsAreReadAsTheyAreWritten(string? text, string? read)
    {
        Assert.Equal(read is not null, ExactSum.TryParse(text, SyncType.Decimal, out var sum));
        Assert.Equal(read ?? "0", sum.ToString());
    }

    /// <summary>"-1.5" as a count of 10^-15: "-1500000000000000".</summary>
    private static string WithPlaces(string sum) => sum.Split('.') is [var whole, var part] ? whole + part.PadRight(15, '0') : sum + new string('0', 15);
}

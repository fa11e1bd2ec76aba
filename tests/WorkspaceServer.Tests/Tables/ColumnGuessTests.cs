using System.Globalization;
using CsCheck;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Tables;

public sealed class ColumnGuessTests
{
    [Theory]
    [InlineData("Integer", "0", "-5", "9223372036854775807", "")]
    [InlineData("Text", "9223372036854775808")]
    [InlineData("Text", "007", "12")]
    [InlineData("Text", "+5")]
    [InlineData("Text", "-0")]
    [InlineData("Text", "1e5")]
    [InlineData("Text", "1,000")]
    [InlineData("Text", " 5")]
    [InlineData("Text", "５")]
    [InlineData("Decimal", "12.50", "3", "-0.05")]
    [InlineData("Decimal", "1234567890123.45")]
    [InlineData("Text", "12345678901234.567")]
    [InlineData("Text", "01.5")]
    [InlineData("Text", "1.")]
    [InlineData("Text", ".5")]
    [InlineData("Text", "-0.00")]
    [InlineData("Text", "NaN")]
    [InlineData("Decimal", "0.000000000000001")]
    [InlineData("Text", "0.0000000000000001")]
    [InlineData("Decimal", "123456789012345", "0.5")]
    [InlineData("Integer", "1234567890123456")]
    [InlineData("Text", "1234567890123456", "0.5")]
    [InlineData("Text", "4e5", "Infinity")]
    [InlineData("Text", "0x10")]
    [InlineData("Text", "true", "1")]
    [InlineData("Date", "2026-02-28", "")]
    [InlineData("Text", "2026-02-30")]
    [InlineData("Text", "28/02/2026")]
    [InlineData("Text", "2026-2-8")]
    [InlineData("DateTime", "2026-02-28T10:00:00Z", "2026-02-28 10:00")]
    [InlineData("Text", "2026-02-28T25:00:00Z")]
    [InlineData("Boolean", "true", "FALSE")]
    [InlineData("Text", "yes")]
    [InlineData("Text", "")]
    [InlineData("Text", "5", "five")]
    [InlineData("Text", "2026-02-28", "5")]
    public void TheNarrowestTypeThatLosesNothingIsTaken(string expected, params string[] cells) =>
        Assert.Equal(Enum.Parse<ColumnType>(expected), Guess(cells).Type);

    [Fact]
    public void WhateverIsReadIsWrittenBackTheSame()
    {
        var digits = Gen.Char["0123456789"].Array[1, 8].Select(chars => new string(chars));
        var tiny = Gen.Int[0, 400].Select(zeros => new string('0', zeros) + "5");
        var whole = Gen.OneOf(Gen.Const("0"), Gen.Select(Gen.Int[1, 9], digits, (first, rest) => first + rest), Gen.Long.Select(each => each.ToString(CultureInfo.InvariantCulture)));
        var neat = Gen.OneOf(whole, Gen.Select(whole, digits, (before, after) => $"{before}.{after}"), tiny.Select(after => "0." + after));
        var sloppy = Gen.Select(Gen.OneOf(Gen.Const("-"), Gen.Const("+"), Gen.Const("0"), Gen.Const(" ")), neat, (sign, number) => sign + number);
        var cell = Gen.OneOf(neat, neat, neat, neat, neat, sloppy, Gen.Const(""), Gen.String[Gen.Char["0-9.e+x "], 0, 6]);
        var seen = new HashSet<ColumnType>();

        Gen.OneOf(neat.Array[1, 3], cell.Array[1, 5]).Sample(Check, iter: 5_000, threads: 1);
        Assert.Equal([ColumnType.Text, ColumnType.Integer, ColumnType.Decimal], seen.Order());

        void Check(string[] cells)
        {
            var type = Guess(cells).Type;
            seen.Add(type);
            foreach (var text in cells.Where(text => text.Length > 0))
            {
                var value = ColumnGuess.Read(text, type);
                Assert.Equal(type == ColumnType.Decimal ? Plain(text) : text, type == ColumnType.Decimal ? Plain(Print(value)) : value.ToString());
            }
        }
    }

    /// <summary>A number without the zeros at the end of its fraction.</summary>
    private static string Plain(string number) => number.Contains('.', StringComparison.Ordinal) ? number.TrimEnd('0').TrimEnd('.') : number;

    // .NET's shortest text that means this double, written out.
    private static string Print(SqlValue value) => decimal.Parse(value.AsReal().ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);

    private static ColumnGuess Guess(IEnumerable<string> cells)
    {
        var guess = new ColumnGuess();
        foreach (var cell in cells)
        {
            guess.Look(cell);
        }

        return guess;
    }
}

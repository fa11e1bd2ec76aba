using System.Globalization;
using System.Text;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Tests.Protocol;

public sealed class BatchTests
{
    private static readonly SyncSchema Schema = new(
        "orders",
        [
            new("id", SyncType.Integer), new("name", SyncType.Text), new("amount", SyncType.Decimal),
            new("paid", SyncType.Boolean), new("day", SyncType.Date), new("at", SyncType.DateTime),
        ],
        ["id"]);

    [Fact]
    public void TheFormatIsAsThePageSays()
    {
        var schema = new SyncSchema("t", [new("id", SyncType.Integer), new("name", SyncType.Text), new("amount", SyncType.Decimal)], ["id"]);
        var writer = new BatchWriter(schema);
        Assert.True(Cell.TryDecimal("-12.50", out var amount));
        Assert.True(writer.TryPut([Cell.Of(300), Cell.Of("é"), amount]));
        Assert.True(writer.TryDelete([Cell.Of(-1)]));

        // Zigzag: 300 is 600, as LEB128 d8 04; -125 is 249, f9 01; -1 is 1. é is c3 a9 in UTF-8.
        Assert.Equal("57534231" + "02000000" + "0300" + "01" + "02d804" + "0102c3a9" + "0301f901" + "02" + "0201", Convert.ToHexStringLower(writer.Finish().Bytes));
    }

    [Fact]
    public void EveryValueComesBackAsItWas()
    {
        Cell[][] rows =
        [
            [Cell.Of(long.MinValue), Cell.Of(""), Decimal("999999999999999"), Cell.Of(true), Cell.Of("2024-02-29"), Cell.Of("2024-02-29T23:59:59.1234567+05:30")],
            [Cell.Of(long.MaxValue), Cell.Of("a\0b\r\n\"c\""), Decimal("-0.000000000000001"), Cell.Of(false), Cell.Of("0001-01-01"), Cell.Of("9999-12-31 00:00")],
            [Cell.Of(0), Cell.Of("007"), Decimal("0"), Cell.Null, Cell.Null, Cell.Null],
            [Cell.Of(1), Cell.Of(new string('x', SyncLimits.MaxCellBytes)), Cell.Null, Cell.Null, Cell.Null, Cell.Of("2026-11-25T01:02:03Z")],
            [Cell.Of(2), Cell.Of("हिन्दी 🧾 ﷽"), Decimal("1234567890.12345"), Cell.Null, Cell.Null, Cell.Null],
        ];
        var writer = new BatchWriter(Schema);
        Assert.All(rows, row => Assert.True(writer.TryPut(row)));
        var batch = writer.Finish();

        Assert.Equal(rows, ReadAll(BatchCompression.Decompress(BatchCompression.Compress(batch.Bytes)), Schema));
    }

    [Theory]
    [InlineData("0.10", "0.1")]
    [InlineData("1234.50", "1234.5")]
    [InlineData("100", "100")]
    [InlineData("-0.00", "0")]
    [InlineData("00012.5", "12.5")]
    [InlineData("999999999999999", "999999999999999")]
    [InlineData("1000000000000000", null)]
    [InlineData("0.1234567890123456", null)]
    [InlineData("9.0000000000000000000000000001", null)]
    [InlineData("12e3", null)]
    [InlineData("", null)]
    [InlineData("1,5", null)]
    public void ADecimalIsKeptExactlyOrNotAtAll(string text, string? kept)
    {
        Assert.Equal(kept is not null, Cell.TryDecimal(text, out var cell));
        Assert.Equal(kept ?? "", cell.ToString());
    }

    [Theory]
    [InlineData("2024-02-30", false, false)]
    [InlineData("2024-02-29", false, true)]
    [InlineData("2024-02-29T10:00", false, false)]
    [InlineData("2024-2-9", false, false)]
    [InlineData("2024-02-29", true, false)]
    [InlineData("2024-02-29T10:00:00.", true, false)]
    [InlineData("2024-02-29T24:00:00", true, false)]
    [InlineData("2024-02-29T10:00:00+5:30", true, false)]
    [InlineData("2024-02-29 10:00:00-05:30", true, true)]
    [InlineData("٢٠٢٤-٠٢-٢٩", false, false)]
    public void MomentsAreWrittenInOneWay(string text, bool withTime, bool isGood) => Assert.Equal(isGood, Moments.IsWellFormed(text, withTime));

    /// <summary>Against .NET's own parser: each day of years that differ in length, and what is nearly one.</summary>
    [Fact]
    public void DatesAreThoseOfTheCalendar()
    {
        const string Near = "0123456789-+: /aT\u0665\u2010";
        var random = new SeededRandom(7);
        var good = 0;
        foreach (var year in new[] { 0, 1, 4, 100, 1582, 1900, 2000, 2023, 2024, 9999 })
        {
            for (var day = 0; day < 14 * 33; day++)
            {
                var text = FormattableString.Invariant($"{year:0000}-{day / 33:00}-{day % 33:00}");
                var near = text.ToCharArray();
                near[random.Next(near.Length)] = Near[random.Next(Near.Length)];
                foreach (var each in new[] { text, new string(near), text[..^1], text + "1" })
                {
                    var isGood = DateOnly.TryParseExact(each, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
                    good += isGood ? 1 : 0;
                    Assert.Equal((isGood, isGood), (Moments.IsWellFormed(each, withTime: false), Moments.IsWellFormed(Encoding.UTF8.GetBytes(each), withTime: false)));
                }
            }
        }

        Assert.InRange(good, 9 * 365, 9 * 366 * 2);
    }

    /// <summary>Without strings the rows are the same, the second time too; and nothing is read again that was not read to its end.</summary>
    [Fact]
    public void RawRowsAreTheSameRows()
    {
        var writer = new BatchWriter(Schema);
        Cell[][] rows =
        [
            [Cell.Of(long.MinValue), Cell.Of(""), Decimal("-0.05"), Cell.Of(true), Cell.Of("2024-02-29"), Cell.Of("2024-02-29T23:59:59.1234567+05:30")],
            [Cell.Of(2), Cell.Of("a\0हिन्दी 🧾"), Cell.Null, Cell.Null, Cell.Null, Cell.Null],
        ];
        Assert.All(rows, row => Assert.True(writer.TryPut(row)));
        var reader = new BatchReader(writer.Finish().Bytes, Schema);
        Assert.Throws<InvalidOperationException>(reader.Again);
        Assert.Equal(rows, ReadRaw(reader));
        Assert.Equal(rows, ReadRaw(reader.Again()));
        Assert.Equal(rows, ReadRaw(reader.Again()));
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedBeforeItIsSent()
    {
        var writer = new BatchWriter(Schema);
        Cell[] good = [Cell.Of(1), Cell.Null, Cell.Null, Cell.Null, Cell.Null, Cell.Null];
        foreach (var (column, cell) in new[] { (0, Cell.Null), (0, Cell.Of("1")), (1, Cell.Of("\ud800")), (1, Cell.Of(new string('x', SyncLimits.MaxCellBytes + 1))), (2, Cell.Of(1)), (4, Cell.Of("tomorrow")) })
        {
            var row = good.ToArray();
            row[column] = cell;
            Assert.Throws<BatchException>(() => writer.TryPut(row));
        }

        Assert.Throws<BatchException>(() => writer.TryPut(good.AsSpan(1)));
        Assert.Throws<BatchException>(() => writer.TryDelete([]));
        Assert.Equal(0, writer.Rows);
    }

    [Fact]
    public void ABatchIsFull_BeforeItIsTooLong()
    {
        var schema = new SyncSchema("t", [new("text", SyncType.Text)], []);
        var writer = new BatchWriter(schema);
        var row = new[] { Cell.Of(new string('x', 1_000_000)) };
        var count = 0;
        while (writer.TryPut(row))
        {
            count++;
        }

        Assert.Equal(3, count); // four times 1,000,005 bytes are more than 4,000,000
        Assert.InRange(writer.Finish().Bytes.Length, 1, SyncLimits.MaxBatchBytes);
    }

    /// <summary>Whatever is done to a batch, it is read, or refused with words; nothing else is thrown and nothing big is made.</summary>
    [Fact]
    public void ADamagedBatchIsRefusedInWords()
    {
        var random = new SeededRandom(6);
        var writer = new BatchWriter(Schema);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(writer.TryPut([Cell.Of(i), Cell.Of($"name {i}"), Decimal("1.25"), Cell.Of(true), Cell.Of("2024-02-29"), Cell.Null]));
        }

        var good = writer.Finish().Bytes;
        var refused = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = good.AsSpan(0, random.Next(3) == 0 ? random.Next(good.Length) : good.Length).ToArray();
            for (var change = random.Next(4); change >= 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                ReadAll(bytes, Schema);
            }
            catch (BatchException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 2_500, 5_000);
    }

    [Fact]
    public void ABombIsNotBlownUp()
    {
        var bomb = new byte[SyncLimits.MaxBatchBytes + 1];
        Assert.Equal(SyncLimits.MaxBatchBytes, BatchCompression.Decompress(BatchCompression.Compress(bomb.AsSpan(1))).Length);
        Assert.Throws<BatchException>(() => BatchCompression.Decompress(BatchCompression.Compress(bomb)));
        Assert.Throws<BatchException>(() => BatchCompression.Decompress(Encoding.ASCII.GetBytes("no zstd at all")));
        Assert.Throws<BatchException>(() => BatchCompression.Decompress([]));
    }

    private static List<Cell[]> ReadRaw(BatchReader reader)
    {
        var rows = new List<Cell[]>();
        var cells = new RawCell[Schema.Columns.Count];
        while (reader.ReadRaw(cells, out _))
        {
            rows.Add([.. cells.Select(cell => cell.Kind == CellKind.Text ? Cell.Of(Encoding.UTF8.GetString(reader.TextOf(cell))) : new Cell(cell.Kind, cell.Number, cell.Places))]);
        }

        return rows;
    }

    private static Cell Decimal(string text)
    {
        Assert.True(Cell.TryDecimal(text, out var cell));
        return cell;
    }

    private static List<Cell[]> ReadAll(byte[] bytes, SyncSchema schema)
    {
        var reader = new BatchReader(bytes, schema);
        var rows = new List<Cell[]>();
        var cells = new Cell[schema.Columns.Count];
        while (reader.Read(cells, out _))
        {
            rows.Add([.. cells]);
        }

        return rows;
    }
}

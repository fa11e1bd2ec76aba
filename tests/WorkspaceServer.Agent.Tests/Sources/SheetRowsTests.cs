using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Sources.Files;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>What people see in Excel is what arrives.</summary>
public sealed class SheetRowsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    // Day 45351 after 1899-12-30 is 2024-02-29; the same day is 45351 - 1462 in the other epoch, which begins four years and a day later.
    [InlineData(false, "45351", "45351.5")]
    [InlineData(true, "43889", "43889.5")]
    [Trait("claim", "E10")]
    public async Task BothEpochsGiveTheSameDay(bool since1904, string day, string noon)
    {
        var path = folder.File("t.xlsx");
        XlsxFile.Write(path, since1904, ("Sheet1",
        [
            XlsxFile.Row(1, XlsxFile.Text("A1", "Day"), XlsxFile.Text("B1", "Noon")),
            XlsxFile.Row(2, XlsxFile.Number("A2", day, XlsxFile.Date), XlsxFile.Number("B2", noon, XlsxFile.Moment)),
        ]));

        var (_, rows) = await ReadAll.OfAsync(SheetRows.Open(path, "Sheet1"));

        Assert.Equal(["2024-02-29", "2024-02-29T12:00:00"], rows[0]);
    }

    [Fact]
    public async Task NumbersAreWhatTheScreenShows()
    {
        var path = folder.File("t.xlsx");
        XlsxFile.Write(path, false, ("Sheet1",
        [
            XlsxFile.Row(1, XlsxFile.Text("A1", "a"), XlsxFile.Text("B1", "b"), XlsxFile.Text("C1", "c"), XlsxFile.Text("D1", "d"), XlsxFile.Text("E1", "e")),
            // What Excel itself stores for 19.99 in the sum of a column, and for 0.1 + 0.2.
            XlsxFile.Row(2, XlsxFile.Number("A2", "19.989999999999998"), XlsxFile.Number("B2", "0.30000000000000004"), XlsxFile.Number("C2", "123456789012"), XlsxFile.Number("D2", "1E-7"), XlsxFile.Truth("E2", true)),
            XlsxFile.Row(3, XlsxFile.Text("A3", "007"), XlsxFile.Error("B3"), XlsxFile.Number("C3", "-12.5"), XlsxFile.Text("D3", " two\nlines "), XlsxFile.Truth("E3", false)),
        ]));

        var (_, rows) = await ReadAll.OfAsync(SheetRows.Open(path, "Sheet1"));

        Assert.Equal(["19.99", "0.3", "123456789012", "0.0000001", "true"], rows[0]);
        Assert.Equal(["007", null, "-12.5", " two\nlines ", "false"], rows[1]);
    }

    [Fact]
    public async Task EmptyRowsAndColumnsDoNotMatter()
    {
        var path = folder.File("t.xlsx");
        XlsxFile.Write(path, false, ("A & B", [XlsxFile.Row(3, XlsxFile.Text("A3", "x"), XlsxFile.Text("C3", "z")), XlsxFile.Row(7, XlsxFile.Number("C7", "1"))]));

        var (columns, rows) = await ReadAll.OfAsync(SheetRows.Open(path, "A & B"));

        Assert.Equal(["x", "column_2", "z"], columns.Select(column => column.Name));
        Assert.Equal([null, null, "1"], Assert.Single(rows));
    }

    [Fact]
    public async Task EachSheetIsATable()
    {
        var path = folder.File("Books.xlsx");
        string[] rows = [XlsxFile.Row(1, XlsxFile.Text("A1", "a")), XlsxFile.Row(2, XlsxFile.Number("A2", "5"))];
        XlsxFile.Write(path, false, ("Sales", rows), ("Stock", rows));
        folder.Write("notes.md", "no table");
        folder.Write("~$Books.xlsx", "what Excel keeps beside an open file");
        folder.Write("parties.csv", "a\n1\n");
        var source = new FileSource(folder.Path, null, null);

        var tables = await source.ListAsync(CancellationToken.None);

        Assert.Equal(["Books Sales", "Books Stock", "parties"], tables.Select(table => table.Name));
        Assert.Equal(["5"], Assert.Single((await ReadAll.OfAsync(source, "Books Stock")).Rows));
        await Assert.ThrowsAsync<SourceException>(() => source.OpenAsync("Books Gone", CancellationToken.None));
    }

    [Fact]
    public void WhatIsNoWorkbookIsSaid()
    {
        var path = folder.Write("t.xlsx", "PK this is not a workbook");

        Assert.Contains("no Excel file", Assert.Throws<SourceException>(() => SheetRows.SheetsOf(path)).Message, StringComparison.Ordinal);
    }
}

using System.Text;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Tables;

public sealed class CsvImportTests : IAsyncLifetime
{
    private readonly TemporaryWorkspaces server = new();
    private readonly TemporaryFolder folder = new();
    private WorkspaceId books;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TypesTotalsAndNamesAreFound()
    {
        var (schema, table) = await ImportAsync("Order ID,Order Date,amount,code,paid\n1,2026-01-31,10.50,007,true\n2,2026-02-01,0.25,010,false\n", "Order Details (1).csv");

        Assert.Equal("order_details_1", table.Name);
        Assert.Equal(["order_id", "order_date", "amount", "code", "paid"], schema.Columns.Select(column => column.Name));
        Assert.Equal([ColumnType.Integer, ColumnType.Date, ColumnType.Decimal, ColumnType.Text, ColumnType.Boolean], schema.Columns.Select(column => column.Type));
        Assert.Equal("10.75", table.Totals["amount"]);
        Assert.Equal([["1", "2026-01-31", "10.5", "007", "1"], ["2", "2026-02-01", "0.25", "010", "0"]], await RowsAsync("order_details_1"));
    }

    [Theory]
    [InlineData("a,b\r\n1,2\r\n", "1|2")]
    [InlineData("a,b\n1,2", "1|2")]
    [InlineData("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "x, y|say \"hi\"")]
    [InlineData("a,b\n\"two\nlines\",z\n", "two\nlines|z")]
    [InlineData("a,b\n,\"\"\n", "NULL|NULL")]
    [InlineData("a,b\n#not a comment,2\n", "#not a comment|2")]
    [InlineData("a,b\n  spaced ,\ttab\n", "  spaced |\ttab")]
    [InlineData("a,b\n\n1,2\n\n", "1|2")]
    [InlineData("a,b\nशर्मा,🧾\n", "शर्मा|🧾")]
    [InlineData("a,b\n=1+1,'x\n", "=1+1|'x")]
    public async Task CellsArriveAsTheyAre(string csv, string expected)
    {
        await ImportAsync(csv);

        Assert.Equal(expected, string.Join('|', Assert.Single(await RowsAsync("books"))));
    }

    [Fact]
    public async Task AByteOrderMarkIsNoPartOfTheFirstName()
    {
        var (schema, _) = await ImportAsync([.. Encoding.UTF8.Preamble, .. "id\n1\n"u8]);

        Assert.Equal("id", Assert.Single(schema.Columns).Name);
    }

    [Fact]
    public async Task AHeaderAloneMakesAnEmptyTable()
    {
        var (_, table) = await ImportAsync("a,b\n");

        Assert.Equal(0, table.RowCount);
    }

    [Theory]
    [InlineData("", "The file is empty")]
    [InlineData("a,b\n1\n", "Line 2 has 1 cells, but the header has 2")]
    [InlineData("a,b\n1,2\n\"x\ny\",2\n1,2,3\n", "Line 5 has 3 cells")]
    [InlineData("a,A\n1,2\n", "two columns are named 'A'")]
    [InlineData("a,,c\n1,2,3\n", "column 2 has no name")]
    [InlineData("a,नाम\n1,2\n", "column 2 has no name")]
    [InlineData("rowid\n1\n", "'rowid' is reserved")]
    [InlineData("a\nx\0y\n", "Line 2, column a: the cell holds a NUL")]
    [InlineData("a\n\"never closed\n", "Line 2")]
    public async Task WhatIsNotRightNamesItsPlace(string csv, string message)
    {
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => ImportAsync(csv));

        Assert.Contains(message, refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty((await server.Gateway.GetCatalogAsync(books, ReadAccess.Everything, Cancel)).Tables);
    }

    [Fact]
    public async Task OtherEncodingsAreNamed()
    {
        var utf16 = await Assert.ThrowsAsync<ProblemException>(() => ImportAsync([0xFF, 0xFE, (byte)'a', 0]));
        var windows1252 = await Assert.ThrowsAsync<ProblemException>(() => ImportAsync([.. "a\n1\ncaf"u8, 0xE9, (byte)'\n']));

        Assert.Contains("UTF-16", utf16.Message, StringComparison.Ordinal);
        Assert.Contains("Line 3 is not UTF-8", windows1252.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TableLoads.MaxCellBytes, true)]
    [InlineData(TableLoads.MaxCellBytes + 1, false)]
    public async Task ACellHasAtMostAMillionBytes(int bytes, bool isAccepted)
    {
        var csv = "a\n" + new string('x', bytes) + "\n";
        if (isAccepted)
        {
            await ImportAsync(csv);
            Assert.Equal(bytes, (await server.AskAsync(books, "SELECT length(a) FROM books", Cancel)).Rows[0][0].AsInteger());
        }
        else
        {
            await Assert.ThrowsAsync<ProblemException>(() => ImportAsync(csv));
        }
    }

    [Theory]
    [InlineData(TableSchema.MaxColumns, true)]
    [InlineData(TableSchema.MaxColumns + 1, false)]
    public async Task ATableHasAtMostTwoHundredColumns(int columns, bool isAccepted)
    {
        var names = Enumerable.Range(0, columns).Select(number => $"c{number}").ToArray();
        var csv = string.Join(',', names) + "\n" + string.Join(',', names) + "\n";
        if (isAccepted)
        {
            await ImportAsync(csv);
        }
        else
        {
            await Assert.ThrowsAsync<ProblemException>(() => ImportAsync(csv));
        }
    }

    [Fact]
    public async Task AnErrorOnTheLastLineLeavesTheOldTable()
    {
        await ImportAsync("a\n1\n");
        var many = string.Concat(Enumerable.Range(0, 10_000).Select(number => $"{number}\n"));

        await Assert.ThrowsAsync<ProblemException>(() => ImportAsync("a\n" + many + "1,2\n"));

        Assert.Equal([["1"]], await RowsAsync("books"));
    }

    [Fact]
    public async Task AKeyMustBeUnique()
    {
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => ImportAsync("id\n1\n1\n", key: "id"));

        Assert.Contains("twice", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("_ws_table.csv")]
    [InlineData("sqlite_x.csv")]
    [InlineData("a_fts.csv")]
    [InlineData("---.csv")]
    public async Task ReservedTableNamesAreRefused(string file) => await Assert.ThrowsAsync<ProblemException>(() => ImportAsync("a\n1\n", file));

    public ValueTask InitializeAsync()
    {
        books = server.Create();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    private Task<(TableSchema Schema, LoadedTable Table)> ImportAsync(string csv, string file = "books.csv", string? key = null) =>
        ImportAsync(Encoding.UTF8.GetBytes(csv), file, key);

    private async Task<(TableSchema Schema, LoadedTable Table)> ImportAsync(byte[] csv, string file = "books.csv", string? key = null)
    {
        await File.WriteAllBytesAsync(folder.File(file), csv, Cancel);
        return await CsvImport.RunAsync(server.Gateway, books, folder.File(file), new CsvImportOptions(KeyColumn: key), null, Cancel);
    }

    private async Task<string[][]> RowsAsync(string table) =>
        [.. (await server.AskAsync(books, $"SELECT * FROM {table}", Cancel)).Rows.Select(row => row.Select(value => value.ToString()).ToArray())];
}

using System.Text;
using CsCheck;
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
        Assert.Equal(["\"Order ID\" in the file", "\"Order Date\" in the file", null, null, null], schema.Columns.Select(column => column.Description));
        Assert.Equal("10.75", table.Totals["amount"]);
        Assert.Equal([["1", "2026-01-31", "10.5", "007", "1"], ["2", "2026-02-01", "0.25", "010", "0"]], await RowsAsync("order_details_1"));
    }

    [Theory]
    [InlineData("a,b\r\n1,2\r\n", "1|2")]
    [InlineData("a,b\n1,2", "1|2")]
    [InlineData("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "x, y|say \"hi\"")]
    [InlineData("a,b\n\"two\nlines\",z\n", "two\nlines|z")]
    [InlineData("a,b\n,\"\"\n", "NULL|")]
    [InlineData("a,b,c\n\"\"\"\",,\"\"\n", "\"|NULL|")]
    [InlineData("a,b,c\n\"x,\"\"y\"\"\n\",\"\",\r\n", "x,\"y\"\n||NULL")]
    [InlineData("a,b\r1,2\r", "1|2")]
    [InlineData("a,b\nx\"y,5\" 6\"\n", "x\"y|5\" 6\"")]
    [InlineData("a,b\n\"\r\n\",NULL\n", "\r\n|NULL")]
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
    [InlineData("a,b\n1\n", "Line 2 has 1 cell, but the header has 2")]
    [InlineData("a,b\n1,2\n\"x\ny\",2\n1,2,3\n", "Line 5 has 3 cells")]
    [InlineData("a,A\n1,2\n", "columns 1 ('a') and 2 ('A') would both be named 'A'")]
    [InlineData("Order ID,order-id\n1,2\n", "columns 1 ('Order ID') and 2 ('order-id') would both be named 'order_id'")]
    [InlineData("a;b\n1;2\n", "--delimiter semicolon")]
    [InlineData("a\tb\n1\t2\n", "--delimiter tab")]
    [InlineData("a,,c\n1,2,3\n", "column 2 has no name")]
    [InlineData("a,नाम\n1,2\n", "column 2 has no name")]
    [InlineData("rowid\n1\n", "'rowid' is reserved")]
    [InlineData("a\nx\0y\n", "Line 2, column a: the cell holds a NUL")]
    [InlineData("a\nx\n\0y\n", "Line 3, column a: the cell holds a NUL")]
    [InlineData("a\0b,c\n1,2\n", "Line 1, column 1: the cell holds a NUL")]
    [InlineData("a,b\n1,2\n1,\"never\nclosed\n", "Line 3, column b: a quote is missing")]
    [InlineData("a,b\n\"x\"y,2\n", "Line 2, column a: a quote is missing at the end of the cell, or stands inside it")]
    [InlineData("a,b\n1,2,\"x\"y\n", "Line 2, column 3: a quote")]
    [InlineData("\"a\"b,c\n", "Line 1, column 1: a quote")]
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

        var cutOff = await Assert.ThrowsAsync<ProblemException>(() => ImportAsync([.. "a\n1\n"u8, 0xE0, 0xA4]));
        var surrogate = await Assert.ThrowsAsync<ProblemException>(() => ImportAsync([.. "a\n"u8, 0xED, 0xB0, 0x80, (byte)'\n']));

        Assert.Contains("Line 3 is not UTF-8", cutOff.Message, StringComparison.Ordinal);
        Assert.Contains("Line 2 is not UTF-8", surrogate.Message, StringComparison.Ordinal);
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
            Assert.StartsWith("The header has 201 columns", (await Assert.ThrowsAsync<ProblemException>(() => ImportAsync(csv))).Message, StringComparison.Ordinal);
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
    public async Task BlankLinesAreTheEmptyCellsOfAnOnlyColumn()
    {
        await ImportAsync("a\nx\n\n\"\"\ny\n");

        Assert.Equal([["x"], ["NULL"], [""], ["y"]], await RowsAsync("books"));
    }

    [Theory]
    [InlineData("a;b\n1,5;2\n", ';')]
    [InlineData("a\tb\n1,5\t2\n", '\t')]
    public async Task OtherDelimitersAreTakenWhenAskedFor(string csv, char delimiter)
    {
        await File.WriteAllTextAsync(folder.File("books.csv"), csv, Cancel);

        await CsvImport.RunAsync(server.Gateway, books, folder.File("books.csv"), new CsvImportOptions(Delimiter: delimiter), null, Cancel);

        Assert.Equal([["1,5", "2"]], await RowsAsync("books"));
    }

    // Records of two lines each, over several of the parser's buffers of 64 Ki characters.
    [Fact]
    public async Task LinesAreCountedThroughLongCells()
    {
        var record = $"1,\"{new string('x', 5_000)}\n{new string('y', 5_000)}\"\r\n";
        var csv = "a,b\r\n" + string.Concat(Enumerable.Repeat(record, 100)) + "1,2,3\r\n";

        var refusal = await Assert.ThrowsAsync<ProblemException>(() => ImportAsync(csv));

        Assert.StartsWith("Line 202 has 3 cells", refusal.Message, StringComparison.Ordinal);
    }

    // 16 cells of 10^6 characters fit into 2^24; 17 do not.
    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public async Task ARecordHasAtMostSixteenMebicharacters(int cells, bool isAccepted)
    {
        var csv = string.Join(',', Enumerable.Range(0, cells).Select(number => $"c{number}")) + "\n"
            + string.Join(',', Enumerable.Repeat(new string('x', TableLoads.MaxCellBytes), cells)) + "\n";
        Assert.Equal(isAccepted, csv.Length < CsvRows.MaxRecordChars);

        if (isAccepted)
        {
            Assert.Equal(1, (await ImportAsync(csv)).Table.RowCount);
        }
        else
        {
            Assert.StartsWith("The record at line 2 is longer", (await Assert.ThrowsAsync<ProblemException>(() => ImportAsync(csv))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AnyTextComesBackAsItWas()
    {
        var text = Gen.OneOf(Gen.String[Gen.Char["ab \t,;\"'\r\n\\#=0é\u202E"], 0, 8], Gen.Const("शर्मा"), Gen.Const("🧾"), Gen.Const("007"), Gen.Const(" "));
        var rows = Gen.Select(text, text, Gen.Bool.Array[2]).Array[1, 20];

        await rows.SampleAsync(
            async table =>
            {
                var csv = "id,x,y\n" + string.Concat(table.Select((row, index) => $"r{index},{Quoted(row.Item1, row.Item3[0])},{Quoted(row.Item2, row.Item3[1])}\n"));
                await ImportAsync(csv, "any.csv", "id");
                var kept = await server.AskAsync(books, "SELECT x, y FROM any ORDER BY rowid", Cancel);
                Assert.Equal(
                    table.Select(row => (Kept(row.Item1, row.Item3[0]), Kept(row.Item2, row.Item3[1]))),
                    kept.Rows.Select(row => (row[0].ToString(), row[1].ToString())));
            },
            iter: 40,
            threads: 1);

        static bool NeedsQuotes(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") >= 0;
        static string Quoted(string cell, bool always) => always || NeedsQuotes(cell) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
        static string Kept(string cell, bool always) => cell.Length == 0 && !always ? "NULL" : cell;
    }

    [Theory]
    [InlineData("id")]
    [InlineData("Party ID")]
    [InlineData("PARTY_ID")]
    public async Task AKeyIsNamedAsInTheFileOrInTheTable(string key)
    {
        var csv = key == "id" ? "id\n1\n" : "Party ID\n1\n";

        var (schema, _) = await ImportAsync(csv, key: key);

        Assert.Equal(schema.Columns[0].Name, schema.KeyColumn);
    }

    [Fact]
    public async Task AKeyIsAColumnOfTheFile()
    {
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => ImportAsync("a,b\n1,2\n", key: "c"));

        Assert.Equal("The key 'c' is no column of the file. The columns are: a, b", refusal.Message);
        Assert.Equal(ProblemCodes.InvalidArgument, refusal.Code);
    }

    [Fact]
    public async Task AKeyIsNeverEmpty()
    {
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => ImportAsync("id,b\n1,x\n,y\n", key: "id"));

        Assert.StartsWith("Line 3, column id: the key is empty.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingIsKeptOfAnImportThatStops()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await WriteLongAsync(9_000);
        var progress = new Reports(now =>
        {
            if (now.What.StartsWith("Loading", StringComparison.Ordinal))
            {
                Assert.Contains(server.TablesInFile(books), table => table.StartsWith("_ws_load_", StringComparison.Ordinal));
                stop.Cancel();
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ImportLongAsync(progress, stop.Token));

        Assert.Equal(["_ws_load", "_ws_table"], server.TablesInFile(books));
    }

    [Theory]
    [InlineData("1,2\n")]
    [InlineData("x,2\n")]
    public async Task AFileThatChangesMeanwhileIsNotLoaded(string newLine)
    {
        await WriteLongAsync(9_000);
        var hasChanged = false;
        var progress = new Reports(_ =>
        {
            if (!hasChanged)
            {
                hasChanged = true;
                File.WriteAllText(folder.File("long.csv"), "a,b\n" + string.Concat(Enumerable.Repeat(newLine, 9_100)));
            }
        });

        var refusal = await Assert.ThrowsAsync<ProblemException>(() => ImportLongAsync(progress, Cancel));

        Assert.StartsWith("The file changed while it was read.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["_ws_load", "_ws_table"], server.TablesInFile(books));
    }

    [Fact]
    public async Task ProgressGoesFromNothingToOne()
    {
        var shares = new List<double>();
        await WriteLongAsync(50_000);

        await ImportLongAsync(new Reports(now => shares.Add(now.Share)), Cancel);

        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares[0], 0, 0.1);
        Assert.Equal(1, shares[^1]);
        Assert.True(shares.Count > 20);
    }

    [Theory]
    [InlineData("/dev/null/none.csv")]
    [InlineData("/dev")]
    [InlineData("/dev/stdin-of-nobody")]
    public async Task WhatIsNoFileIsRefused(string path) =>
        await Assert.ThrowsAsync<ProblemException>(() => CsvImport.RunAsync(server.Gateway, books, path, new CsvImportOptions(), null, Cancel));

    [Fact]
    public async Task LongHeadersAreCutInMessagesAndNames()
    {
        var (schema, _) = await ImportAsync($"{new string('a', 500)},b\n1,2\n");

        Assert.Equal(new string('a', TableSchema.MaxNameLength), schema.Columns[0].Name);
        Assert.Equal($"\"{new string('a', 100)}…\" in the file", schema.Columns[0].Description);
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

    private async Task WriteLongAsync(int rows) =>
        await File.WriteAllTextAsync(folder.File("long.csv"), "a,b\n" + string.Concat(Enumerable.Range(1, rows).Select(number => $"{number},{number}\n")), Cancel);

    private Task<(TableSchema Schema, LoadedTable Table)> ImportLongAsync(IProgress<CsvProgress> progress, CancellationToken cancel) =>
        CsvImport.RunAsync(server.Gateway, books, folder.File("long.csv"), new CsvImportOptions(), progress, cancel);

    private async Task<string[][]> RowsAsync(string table) =>
        [.. (await server.AskAsync(books, $"SELECT * FROM {table}", Cancel)).Rows.Select(row => row.Select(value => value.ToString()).ToArray())];

    /// <summary>Reports at once, where <see cref="Progress{T}"/> would post them to another thread.</summary>
    private sealed class Reports(Action<CsvProgress> report) : IProgress<CsvProgress>
    {
        public void Report(CsvProgress value) => report(value);
    }
}

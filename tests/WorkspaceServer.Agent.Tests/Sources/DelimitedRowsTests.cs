using System.Text;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Sources.Files;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>What text files hold arrives as it was written: characters of every code page, line breaks, NUL, long cells, leading zeros.</summary>
public sealed class DelimitedRowsTests : IDisposable
{
    private const string Rows = "Code,Name,Amount\r\n007,Müller & Söhne,1234.50\r\n008,\"two\r\nlines, \"\"quoted\"\"\",-0.05\r\n";

    private readonly TemporaryFolder folder = new();

    static DelimitedRowsTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static TheoryData<string, bool> Encodings => new()
    {
        { "utf-8", false }, { "utf-8", true }, { "utf-16", true }, { "utf-16BE", true }, { "utf-16", false }, { "utf-16BE", false }, { "utf-32", true }, { "windows-1252", false },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Encodings))]
    [Trait("claim", "E10")]
    public async Task EveryEncodingGivesTheSameCharacters(string name, bool marked)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] mark = marked ? encoding.GetPreamble() is { Length: > 0 } preamble ? preamble : Encoding.UTF8.GetPreamble() : [];
        var path = folder.Write("t.csv", [.. mark, .. encoding.GetBytes(Rows)]);

        var (columns, rows) = await ReadAll.OfAsync(DelimitedRows.Open(path, null, null));

        Assert.Equal(["Code", "Name", "Amount"], columns.Select(column => column.Name));
        Assert.Equal(["007", "Müller & Söhne", "1234.50"], rows[0]);
        Assert.Equal(["008", "two\r\nlines, \"quoted\"", "-0.05"], rows[1]);
        Assert.Equal(2, rows.Count);
    }

    [Fact]
    public async Task TheSignsOfWindows1252AreTheirs()
    {
        // 0x80 is the euro and 0x93 a quotation mark there (unicode.org, CP1252.TXT); in Latin-1 they would be control characters.
        var path = folder.Write("t.csv", [.. "a\n"u8, 0x80, 0x93, 0xE9]);

        var (_, rows) = await ReadAll.OfAsync(DelimitedRows.Open(path, null, null));

        Assert.Equal(["€“é"], rows[0]);
    }

    [Fact]
    public async Task ANamedCodePageIsUsed()
    {
        var path = folder.Write("t.csv", [.. "a\n"u8, 0x8E]);

        var (_, rows) = await ReadAll.OfAsync(DelimitedRows.Open(path, null, "437"));

        Assert.Equal(["Ä"], rows[0]);
        Assert.Throws<SourceException>(() => DelimitedRows.Open(path, null, "klingon"));
    }

    [Fact]
    public async Task ACharacterCutByTheBlocksOfReadingIsStillUtf8()
    {
        // Every offset from the end of the first block of 64 KiB is met by some part of a four-byte character.
        for (var shift = 0; shift < 4; shift++)
        {
            var text = new string('x', (64 * 1024) - 4 + shift) + "😀 €";
            var path = folder.Write("t.csv", "a\n" + text);

            var (_, rows) = await ReadAll.OfAsync(DelimitedRows.Open(path, null, null));

            Assert.Equal(text, rows[0][0]);
        }
    }

    [Fact]
    public async Task EmptyIsNull_AndQuotedEmptyIsEmptyText()
    {
        var path = folder.Write("t.csv", "a,b,c\n1,,\"\"\n\"\",\"x,\"\"y\",\n");

        var (_, rows) = await ReadAll.OfAsync(DelimitedRows.Open(path, null, null));

        Assert.Equal(["1", null, ""], rows[0]);
        Assert.Equal(["", "x,\"y", null], rows[1]);
    }

    [Fact]
    public async Task NulAndACellOfAMillionCharactersArriveWhole()
    {
        var longCell = new string('ü', 1_000_000);
        var path = folder.Write("t.csv", $"a,b\nx\0y,{longCell}\n");

        var (_, rows) = await ReadAll.OfAsync(DelimitedRows.Open(path, null, null));

        Assert.Equal(["x\0y", longCell], rows[0]);
    }

    [Theory]
    [InlineData("a;b\n1,5;2\n", "1,5")]
    [InlineData("a\tb\n1,5\t2\n", "1,5")]
    [InlineData("a|b\n1;5|2\n", "1;5")]
    [InlineData("\"a;x\",b\n1;5,2\n", "1;5")]
    public async Task TheHeaderTellsWhatSeparatesTheCells(string text, string first)
    {
        var (columns, rows) = await ReadAll.OfAsync(DelimitedRows.Open(folder.Write("t.csv", text), null, null));

        Assert.Equal(2, columns.Count);
        Assert.Equal(first, rows[0][0]);
    }

    [Fact]
    public async Task ALineOfAnotherLengthIsNamed()
    {
        var path = folder.Write("t.csv", "a,b\n1,2\n\"x\ny\",2\n3\n");

        var error = await Assert.ThrowsAsync<SourceException>(() => ReadAll.OfAsync(DelimitedRows.Open(path, null, null)));

        // The record before it has two lines.
        Assert.Contains("line 5 has 1 cells, but the header has 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DelimitersAtTheEndOfEachLineAreNoColumn()
    {
        var (columns, rows) = await ReadAll.OfAsync(DelimitedRows.Open(folder.Write("t.csv", "a,b,\n1,2,\n"), null, null));

        Assert.Equal(2, columns.Count);
        Assert.Equal(["1", "2"], rows[0]);
    }

    [Fact]
    public async Task AFileThatChangesWhileItIsReadIsNotBelieved()
    {
        var path = folder.Write("t.csv", "a\n1\n2\n");
        await using var rows = DelimitedRows.Open(path, null, null);
        Assert.True(await rows.ReadAsync(CancellationToken.None));

        File.AppendAllText(path, "3\n");

        var error = await Assert.ThrowsAsync<SourceException>(async () =>
        {
            while (await rows.ReadAsync(CancellationToken.None))
            {
            }
        });
        Assert.Contains("changed while it was read", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b\n\"unclosed,1\n")]
    public async Task ABrokenFileIsAnError(string text) =>
        await Assert.ThrowsAsync<SourceException>(async () => await ReadAll.OfAsync(DelimitedRows.Open(folder.Write("t.csv", text), null, null)));

    [Fact]
    public void NamesAreMadeOfHeaders()
    {
        var columns = ColumnNames.Of(["Order Date", "order_date", "GrandTotal", " GSTIN/No. ", "राशि", "2024", "rowid", new string('x', 80)]);

        Assert.Equal(["order_date", "order_date_2", "GrandTotal", "gstin_no", "column_5", "c_2024", "c_rowid_", new string('x', 63)], columns.Select(column => column.Name));
        Assert.Equal("राशि", columns[4].Header);
    }
}

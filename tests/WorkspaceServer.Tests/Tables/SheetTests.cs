using System.IO.Compression;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using ExcelDataReader;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Features.Tables.Files;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Tables;

/// <summary>Rows as a sheet of Excel: opened again by another program, nothing is lost, nothing is a formula, and no more is held than a page.</summary>
public sealed class SheetTests : IAsyncLifetime
{
    // The reader asks for it, whatever it reads.
    static SheetTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private AccountsServer house = null!;
    private TestBrowser browser = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Home => $"/w/{house.Server.Workspace}";

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        browser = await MemberAsync("asha@example.in", Role.Owner);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("action", nameof(AuditActions.TableExported))]
    public async Task ATableOpensAsItIs()
    {
        await LoadAsync(
            "bills",
            [new("id", ColumnType.Integer), new("party", ColumnType.Text), new("amount", ColumnType.Decimal), new("paid", ColumnType.Boolean), new("day", ColumnType.Date), new("account", ColumnType.Text)],
            [
                [1, "=HYPERLINK(\"http://evil.example\")", 1234567890123.45, 1, "2026-04-01", "00012345678901234567"],
                [-7, "रमेश & <b> \"x\"\r\n\tनया", -0.07, 0, "1899-12-31", "1234567890.1234567890"],
                [9_007_199_254_740_993, "nul\0bell\a_x0041_", SqlValue.Null, SqlValue.Null, SqlValue.Null, SqlValue.Null],
            ]);

        var file = await browser.GetAsync(Home + "/tables/bills/export/xlsx?sort=id");

        Assert.Equal(HttpStatusCode.OK, file.Status);
        var rows = Open(file.Bytes);
        Assert.Equal(["id", "party", "amount", "paid", "day", "account"], rows[0]);
        Assert.Equal([-7.0, "रमेश & <b> \"x\"\r\n\tनया", -0.07, false, "1899-12-31", "1234567890.1234567890"], rows[1]);
        Assert.Equal([1.0, "=HYPERLINK(\"http://evil.example\")", 1234567890123.45, true, new DateTime(2026, 4, 1, 0, 0, 0, DateTimeKind.Unspecified), "00012345678901234567"], rows[2]);
        // More digits than Excel keeps: text, so that none is lost.
        Assert.Equal(["9007199254740993", "nul\0bell\a_x0041_", null, null, null, null], rows[3]);
        Assert.DoesNotContain("<f", PartOf(file.Bytes, "xl/worksheets/sheet1.xml"), StringComparison.Ordinal);

        var row = Assert.Single(house.Server.Get<AuditStore>().Find(new AuditFilter(Action: AuditActions.TableExported.Name), 10)).Row;
        Assert.Equal(("bills", "ok"), (row.TargetId, row.Outcome));
        Assert.Contains("\"format\":\"xlsx\"", row.Details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1+1|cmd")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("{=1}")]
    [InlineData("_x003D_1")]
    public async Task NothingBecomesAFormula_InAnAnswerNeither(string text)
    {
        await LoadAsync("cells", [new("text", ColumnType.Text)], [[text]]);

        var table = await browser.GetAsync(Home + "/tables/cells/export/xlsx");
        var answer = await browser.PostAsync(Home + "/sql/xlsx", [("sql", "SELECT text, 1.5 AS \"=1\" FROM cells"), ("name", "")], Home + "/sql");

        Assert.Equal(text, Open(table.Bytes)[1][0]);
        Assert.Equal([["text", "=1"], [text, 1.5]], Open(answer.Bytes));
        foreach (var file in (byte[][])[table.Bytes, answer.Bytes])
        {
            Assert.DoesNotContain("<f", PartOf(file, "xl/worksheets/sheet1.xml"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ItTakesThePermissionToExport_AndAWorkspaceOfOnesOwn()
    {
        await LoadAsync("bills", [new("id", ColumnType.Integer)], [[1]]);
        var viewer = await MemberAsync("viewer@example.in", Role.Viewer);
        await house.AddAsync("stranger@example.in");
        var stranger = await house.SignInAsync("stranger@example.in");
        foreach (var path in (string[])[Home + "/tables/bills/export/xlsx", $"/api/v1/workspaces/{house.Server.Workspace}/tables/bills/export/xlsx"])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync(path)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(path)).Status);
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(path)).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync(path + "?where=nothing~eq~1")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(path.Replace("bills", "_ws_table", StringComparison.Ordinal))).Status);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync(Home + "/sql/xlsx", [("sql", "SELECT 1"), ("name", "")], Home + "/sql")).Status);
        Assert.DoesNotContain("Excel", (await viewer.GetAsync(Home + "/tables/bills")).Body, StringComparison.Ordinal);
        Assert.Contains(Home + "/tables/bills/export/xlsx", (await browser.GetAsync(Home + "/tables/bills")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllPagesCome_AndTheLastIsRecorded()
    {
        await LoadAsync("many", [new("id", ColumnType.Integer)], [.. Enumerable.Range(1, 4_500).Select(i => new SqlValue[] { (long)i })]);

        var rows = Open((await browser.GetAsync(Home + "/tables/many/export/xlsx?sort=id")).Bytes);

        Assert.Equal(Enumerable.Range(1, 4_500).Select(i => (object?)(double)i), rows.Skip(1).Select(row => row[0]));
        Assert.Equal(["finished", "ok"], house.Server.Get<AuditStore>().Find(new AuditFilter(Action: AuditActions.TableExported.Name), 10).Select(row => row.Row.Outcome));
    }

    /// <summary>A sheet has 2^20 rows, one of them for the head.</summary>
    [Fact]
    public void MoreThanASheetHoldsIsRefusedBeforeItBegins()
    {
        RowFile.Xlsx.RequireRoom(1_048_575, null);
        RowFile.Xlsx.RequireRoom(5_000_000, found: 10_000);
        RowFile.Csv.RequireRoom(10_000_000, null);
        Assert.Throws<ProblemException>(() => RowFile.Csv.RequireRoom(10_000_001, null));
        var problem = Assert.Throws<ProblemException>(() => RowFile.Xlsx.RequireRoom(1_048_576, null));
        Assert.Equal(ProblemCodes.InvalidArgument, problem.Code);
        Assert.Contains("1,048,576 rows, and a file of this kind holds 1,048,575", problem.Message, StringComparison.Ordinal);
        Assert.Contains("take CSV", problem.Message, StringComparison.Ordinal);
    }

    /// <summary>When a page of rows is asked for, all but the last few before it are out already: whatever the table's size, no more than that is held.</summary>
    [Fact]
    public async Task RowsGoOutAsTheyCome()
    {
        const int Pages = 50;
        const int PageBytes = 100_000;
        using var sent = new MemoryStream();
        var (most, random) = (0L, new SeededRandom(7));

        async IAsyncEnumerable<IReadOnlyList<SqlValue[]>> PagesAsync([EnumeratorCancellation] CancellationToken cancel = default)
        {
            for (var page = 0; page < Pages; page++)
            {
                await Task.Yield();
                most = Math.Max(most, (page * (long)PageBytes / 2) - sent.Length);
                // Random hexadecimal digits are packed to half their size at best.
                yield return [.. Enumerable.Range(0, 100).Select(_ => new SqlValue[] { Convert.ToHexString(RandomBytes(random, PageBytes / 200)) })];
            }
        }

        await RowFile.Xlsx.WriteAsync(sent, "many", [new FileColumn("text")], PagesAsync(Cancel), Cancel);

        Assert.InRange(most, 0, 4L * PageBytes);
        Assert.Equal((Pages * 100) + 1, Open(sent.ToArray()).Count);
    }

    [Theory]
    [InlineData(XlsxCell.MaxTextLength, false)]
    [InlineData(XlsxCell.MaxTextLength + 1, true)]
    public async Task ATextThatExcelDoesNotTakeSaysThatItIsCutOff(int length, bool isCut)
    {
        using var sent = new MemoryStream();
        await RowFile.Xlsx.WriteAsync(sent, new string('t', 60), [new FileColumn("text")], OnePageAsync([[new string('x', length)]]), Cancel);

        var text = Assert.IsType<string>(Open(sent.ToArray())[1][0]);

        Assert.Equal(XlsxCell.MaxTextLength, text.Length);
        Assert.Equal(isCut, text.Contains("… (cut off: 32,768 characters", StringComparison.Ordinal));
    }

    private static async IAsyncEnumerable<IReadOnlyList<SqlValue[]>> OnePageAsync(SqlValue[][] rows)
    {
        await Task.Yield();
        yield return rows;
    }

    private static byte[] RandomBytes(SeededRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(256))];

    private static List<object?[]> Open(byte[] file)
    {
        using var reader = ExcelReaderFactory.CreateOpenXmlReader(new MemoryStream(file));
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)]);
        }

        Assert.False(reader.NextResult());
        return rows;
    }

    private static string PartOf(byte[] file, string part)
    {
        using var archive = new ZipArchive(new MemoryStream(file));
        using var text = new StreamReader(archive.GetEntry(part)!.Open());
        return text.ReadToEnd();
    }

    private Task LoadAsync(string table, ColumnSchema[] columns, SqlValue[][] rows) =>
        house.Server.Workspaces.LoadAsync(house.Server.Workspace, new TableSchema(table, columns), rows, Cancel);

    private async Task<TestBrowser> MemberAsync(string email, Role role)
    {
        var person = await house.AddAsync(email);
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, house.Server.Workspace, person.Id, role, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
        return await house.SignInAsync(email);
    }
}

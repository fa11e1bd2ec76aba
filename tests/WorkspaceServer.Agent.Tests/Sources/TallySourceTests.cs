using System.Buffers.Text;
using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Sources.Tally;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>The books in Tally arrive as they are, and only what changed is asked for again.</summary>
public sealed class TallySourceTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly OutboxKey key = new(Base64Url.EncodeToString(new byte[32]));
    private readonly HttpClient http = new();
    private OutboxStore store = null!;
    private TallyMock tally = null!;

    public async ValueTask InitializeAsync()
    {
        store = new OutboxStore(folder.File("outbox.db"), key);
        tally = await TallyMock.StartAsync();
        tally.Items["Group"].Add(new("g-1", 1, [("Name", "Sundry Debtors"), ("Parent", "\u0004 Primary"), ("IsRevenue", "No"), ("IsDeemedPositive", "Yes")]));
        tally.Items["Ledger"].Add(new("l-1", 11, [("Name", "A & B <Exports>"), ("Parent", "Sundry Debtors"), ("OpeningBalance", "-12500.50"), ("ClosingBalance", "")]));
        tally.Items["Ledger"].Add(new("l-2", 12, [("Name", "नकद \"Cash\""), ("Parent", "Cash-in-Hand"), ("OpeningBalance", "1,00,000.00")]));
        tally.Items["StockItem"].Add(new("s-1", 21, [("Name", "Bolt"), ("BaseUnits", "Nos"), ("ClosingBalance", "-10 Nos"), ("ClosingValue", "250.00")]));
        tally.Items["Voucher"].Add(Voucher("v-1", 31, "20240401", "500.00"));
        tally.Items["Voucher"].Add(Voucher("v-2", 5_031, "20240402", "70.25"));
    }

    public async ValueTask DisposeAsync()
    {
        await tally.DisposeAsync();
        http.Dispose();
        store.Dispose();
        key.Dispose();
        folder.Dispose();
    }

    [Fact]
    [Trait("claim", "E10")]
    public async Task EveryTableArrives()
    {
        var source = Source();

        Assert.Equal(["groups", "ledgers", "stock_items", "vouchers", "voucher_entries", "voucher_items"], (await source.ListAsync(CancellationToken.None)).Select(table => table.Name));
        Assert.Equal(["g-1", "Sundry Debtors", "Primary", "false", "true"], Assert.Single(await RowsAsync("groups")));
        var ledgers = await RowsAsync("ledgers");
        Assert.Equal(["l-1", "A & B <Exports>", "Sundry Debtors", "-12500.50", null, null, null], ledgers[0]);
        Assert.Equal(["l-2", "नकद \"Cash\"", "Cash-in-Hand", "100000.00", null, null, null], ledgers[1]);
        Assert.Equal(["s-1", "Bolt", null, "Nos", null, null, "-10", "250.00"], Assert.Single(await RowsAsync("stock_items")));
        Assert.Equal(["v-1", "2024-04-01", "Sales", "S/1", "A & B <Exports>", null, "false", null], (await RowsAsync("vouchers"))[0]);
        Assert.Equal([["v-1", "1", "A & B <Exports>", "-500.00", "true"], ["v-1", "2", "Sales", "500.00", "false"], ["v-2", "1", "A & B <Exports>", "-70.25", "true"], ["v-2", "2", "Sales", "70.25", "false"]], await RowsAsync("voucher_entries"));
        Assert.Equal(["v-1", "1", "Bolt", "4", "125.00", "500.00"], (await RowsAsync("voucher_items"))[0]);
    }

    [Fact]
    [Trait("claim", "E10")]
    public async Task OnlyWhatChangedIsAskedForAgain_AndWhatIsGoneIsGone()
    {
        await RowsAsync("vouchers");
        Assert.Equal(2, tally.FullObjectsSent);

        await RowsAsync("voucher_entries");
        Assert.Equal(2, tally.FullObjectsSent);

        tally.Items["Voucher"][1] = Voucher("v-2", 5_040, "20240402", "71.00");
        tally.Items["Voucher"].RemoveAt(0);
        var rows = await RowsAsync("voucher_entries");

        Assert.Equal(3, tally.FullObjectsSent);
        Assert.Equal([["v-2", "1", "A & B <Exports>", "-71.00", "true"], ["v-2", "2", "Sales", "71.00", "false"]], rows);
    }

    [Theory]
    [InlineData("10 Nos", "10")]
    [InlineData("2 Box = 20 Nos", "2")]
    [InlineData("125.00/Nos", "125.00")]
    [InlineData("-1,25,000.75", "-125000.75")]
    [InlineData("$ 100.00 @ ₹ 83/$ = ₹ 8300.00", "$ 100.00 @ ₹ 83/$ = ₹ 8300.00")]
    [InlineData("100.00 $ @ 83", "100.00 $ @ 83")]
    [InlineData("n/a", "n/a")]
    public void NumbersAreTakenOutOfTheirUnits_OrLeftAsTheyAre(string text, string expected) =>
        Assert.Equal(expected, TallyValue.Read(text, Protocol.SyncType.Decimal));

    [Fact]
    public async Task AnotherCompanyAndNoTallyAreSaid()
    {
        var closed = new TallySource(new TallyClient(http, tally.Address, "Gupta & Co"), new ObjectCache(store, "gupta"));
        var error = await Assert.ThrowsAsync<SourceException>(() => closed.OpenAsync("ledgers", CancellationToken.None));
        Assert.Contains("Is the company 'Gupta & Co' open in it?", error.Message, StringComparison.Ordinal);

        await tally.DisposeAsync();
        error = await Assert.ThrowsAsync<SourceException>(() => Source().ListAsync(CancellationToken.None));
        Assert.Contains("Tally does not answer", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Of all the errors that Tally's interface is known for, an ampersand in a company's name is the one that most programs make.</summary>
    [Fact]
    public async Task ACompanysNameIsEscapedWhenItIsAskedFor_AndReadBackAsItIs()
    {
        var client = new TallyClient(http, tally.Address, TallyMock.Company);
        Assert.Equal([TallyMock.Company], await client.CompaniesAsync(CancellationToken.None));
        await foreach (var _ in client.ListAsync(TallyCollections.All[0], CancellationToken.None))
        {
        }

        Assert.Contains("<SVCURRENTCOMPANY>Sharma &amp; Sons \"Traders\" &lt;Pvt&gt; Ltd – दिल्ली</SVCURRENTCOMPANY>", tally.LastRequest, StringComparison.Ordinal);
    }

    private static TallyMock.Item Voucher(string guid, long alterId, string date, string amount) =>
        new(guid, alterId, [("Date", date), ("VoucherTypeName", "Sales"), ("VoucherNumber", "S/1"), ("PartyLedgerName", "A & B <Exports>"), ("IsCancelled", "No")])
        {
            Lists =
            [
                ("AllLedgerEntries",
                [
                    [("LedgerName", "A & B <Exports>"), ("Amount", "-" + amount), ("IsDeemedPositive", "Yes")],
                    [("LedgerName", "Sales"), ("Amount", amount), ("IsDeemedPositive", "No")],
                ]),
                ("AllInventoryEntries", [[("StockItemName", "Bolt"), ("ActualQty", " 4 Nos"), ("Rate", "125.00/Nos"), ("Amount", amount)]]),
            ],
        };

    private TallySource Source() => new(new TallyClient(http, tally.Address, TallyMock.Company), new ObjectCache(store, "tally"));

    private async Task<List<string?[]>> RowsAsync(string table) => (await ReadAll.OfAsync(Source(), table)).Rows;
}

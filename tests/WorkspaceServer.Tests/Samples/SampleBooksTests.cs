using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Samples;

public sealed class SampleBooksTests
{
    private static readonly Dictionary<string, (TableSchema Schema, List<SqlValue[]> Rows)> Books =
        new SampleBooks().Tables().ToDictionary(table => table.Schema.Name, table => (table.Schema, table.Rows.ToList()));

    [Fact]
    public void ThereAreThirteenTablesAndAboutFiftyThousandRows()
    {
        Assert.Equal(13, Books.Count);
        Assert.InRange(Books.Values.Sum(table => table.Rows.Count), 49_000, 51_000);
        Assert.All(Books.Values, table => Assert.NotEmpty(table.Rows));
    }

    [Fact]
    public void TheyAreTheSameAtEveryRun()
    {
        var text = new StringBuilder();
        foreach (var (schema, rows) in new SampleBooks().Tables())
        {
            text.AppendLine(schema.Name);
            foreach (var row in rows)
            {
                text.AppendJoin('|', row).AppendLine();
            }
        }

        Assert.Equal(Pinned, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16]);
    }

    [Fact]
    public void EveryVoucherAddsUpToZero()
    {
        var sums = Books["voucher_lines"].Rows.GroupBy(row => row[1].AsInteger()).ToDictionary(voucher => voucher.Key, voucher => voucher.Sum(row => Paise(row[3])));

        Assert.Equal(Books["vouchers"].Rows.Count, sums.Count);
        Assert.All(sums, voucher => Assert.Equal(0, voucher.Value));
    }

    [Fact]
    public void InvoicesAddUpFromTheirLines()
    {
        var lines = Books["invoice_lines"].Rows.ToLookup(row => row[1].AsText());
        Assert.All(Books["invoices"].Rows, invoice =>
        {
            var own = lines[invoice[0].AsText()];
            Assert.Equal(Paise(invoice[6]), own.Sum(line => Paise(line[5])));
            Assert.Equal(Paise(invoice[7]) + Paise(invoice[8]) + Paise(invoice[9]), own.Sum(line => Paise(line[7])));
            Assert.Equal(Paise(invoice[11]), Paise(invoice[6]) + Paise(invoice[7]) + Paise(invoice[8]) + Paise(invoice[9]) + Paise(invoice[10]));
            Assert.Equal(0, Paise(invoice[11]) % 100);
        });
    }

    [Fact]
    public void TaxIsSplitWithinTheStateAndIntegratedOutsideIt() => Assert.All(Books["invoices"].Rows, invoice =>
    {
        var isWithin = invoice[5].AsText() == "27";
        Assert.Equal(Paise(invoice[7]), Paise(invoice[8]));
        Assert.True(isWithin ? Paise(invoice[9]) == 0 : Paise(invoice[7]) == 0);
    });

    // Tax = taxable × rate ÷ 100, and half of it each for CGST and SGST; each half is rounded to a paisa of its own.
    [Fact]
    public void EveryLineIsTaxedAtTheRateOfItsItem()
    {
        var items = Books["stock_items"].Rows.ToDictionary(row => row[0].AsInteger());
        var places = Books["invoices"].Rows.ToDictionary(row => row[0].AsText(), row => row[5].AsText());
        Assert.All(Books["invoice_lines"].Rows, line =>
        {
            var taxable = Paise(line[5]);
            var percent = line[6].AsInteger();
            var tax = places[line[1].AsText()] == "27"
                ? 2 * Math.Round(taxable * percent / 200m, MidpointRounding.AwayFromZero)
                : Math.Round(taxable * percent / 100m, MidpointRounding.AwayFromZero);
            Assert.Equal(items[line[2].AsInteger()][4].AsInteger(), percent);
            Assert.Equal(taxable, line[3].AsInteger() * Paise(line[4]));
            Assert.Equal(tax, Paise(line[7]));
        });
        Assert.Equal([0, 5, 12, 18, 28], Books["invoice_lines"].Rows.Select(row => row[6].AsInteger()).Distinct().Order());
    }

    [Fact]
    public void TaxNumbersAreOfTheirStateAndFirm() => Assert.All(Books["parties"].Rows, party =>
    {
        var gstin = party[6].AsText();
        Assert.Equal(party[4].AsText() + party[7].AsText() + "1Z" + Gstin.CheckCharacter(gstin[..14]), gstin);
        Assert.Matches("^[A-Z]{5}[0-9]{4}[A-Z]$", party[7].AsText());
    });

    [Fact]
    public void EveryDayIsInTheTwoFinancialYears()
    {
        var days = Books.Values
            .SelectMany(table => table.Schema.Columns.Select((column, index) => (column, index)).Where(each => each.column.Name == "date").SelectMany(each => table.Rows.Select(row => row[each.index].AsText())))
            .ToHashSet();

        Assert.Equal("2024-04-01", days.Min());
        Assert.Equal("2026-03-31", days.Max());
        Assert.Equal(24, days.Select(day => day[..7]).Distinct().Count());
    }

    [Fact]
    public void ReceiptsComeFromWhoWasInvoicedAndNotBefore()
    {
        var invoices = Books["invoices"].Rows.ToDictionary(row => row[0].AsText());
        Assert.All(Books["receipts"].Rows, receipt =>
        {
            var invoice = invoices[receipt[4].AsText()];
            Assert.Equal(invoice[4].AsText(), receipt[3].AsText());
            Assert.True(string.CompareOrdinal(invoice[2].AsText(), receipt[2].AsText()) <= 0);
        });
    }

    // The books agree with each other: what the customers' ledgers say equals invoices less receipts.
    [Fact]
    public void CustomersOweWhatTheirInvoicesSay()
    {
        var customers = Books["parties"].Rows.Where(row => row[2].AsText() == "customer").Select(row => row[0].AsText()).ToHashSet();
        var ledgers = Books["ledgers"].Rows.Where(row => !row[3].IsNull && customers.Contains(row[3].AsText())).Select(row => row[0].AsInteger()).ToHashSet();
        var balance = Books["voucher_lines"].Rows.Where(row => ledgers.Contains(row[2].AsInteger())).Sum(row => Paise(row[3]));

        Assert.Equal(Books["invoices"].Rows.Sum(row => Paise(row[11])) - Books["receipts"].Rows.Sum(row => Paise(row[5])), balance);
        Assert.True(balance > 0);
    }

    [Fact]
    public void MoneyHasAtMostTwoPlacesAndIsExact() => Assert.All(
        Books.Values.SelectMany(table => table.Rows).SelectMany(row => row).Where(value => value.Type == SqlType.Real).Select(value => value.AsReal()).Distinct(),
        rupees => Assert.Equal(rupees, (double)(Math.Round((decimal)rupees * 100) / 100m)));

    [Fact]
    public void NobodyPaysMoreThanIsOwed()
    {
        var totals = Books["invoices"].Rows.ToDictionary(row => row[0].AsText(), row => Paise(row[11]));
        Assert.All(
            Books["receipts"].Rows.GroupBy(row => row[4].AsText()),
            invoice => Assert.True(invoice.Sum(row => Paise(row[5])) <= totals[invoice.Key], invoice.Key));
    }

    [Fact]
    public void StockIsNeverNegative()
    {
        var stock = new Dictionary<(long, long), long>();
        foreach (var row in Books["stock_movements"].Rows)
        {
            var place = (row[2].AsInteger(), row[3].AsInteger());
            stock[place] = stock.GetValueOrDefault(place) + row[5].AsInteger();
            Assert.True(stock[place] >= 0);
        }
    }

    [Fact]
    public void EveryReferenceIsKept()
    {
        foreach (var (schema, rows) in Books.Values)
        {
            foreach (var (column, index) in schema.Columns.Select((column, index) => (column, index)).Where(each => each.column.References is not null))
            {
                var target = column.References!.Split('.');
                var (targetSchema, targetRows) = Books[target[0]];
                var at = targetSchema.Columns.ToList().FindIndex(each => each.Name == target[1]);
                var known = targetRows.Select(row => row[at]).ToHashSet();
                Assert.All(rows, row => Assert.True(row[index].IsNull || known.Contains(row[index]), $"{schema.Name}.{column.Name}: {row[index]}"));
            }
        }
    }

    [Fact]
    public void KeysAreUniqueAndEverythingIsDescribed() => Assert.All(Books.Values, table =>
    {
        var key = table.Schema.Columns.ToList().FindIndex(column => column.Name == table.Schema.KeyColumn);
        Assert.Equal(table.Rows.Count, table.Rows.Select(row => row[key]).Distinct().Count());
        Assert.NotEmpty(table.Schema.Description!);
        Assert.All(table.Schema.Columns, column => Assert.NotEmpty(column.Description!));
    });

    [Fact]
    public void HostileTextsAndBothScriptsAreThere()
    {
        var texts = Books.Values.SelectMany(table => table.Rows).SelectMany(row => row).Where(value => value.Type == SqlType.Text).Select(value => value.AsText()).ToHashSet();

        Assert.All(SampleNames.Hostile, hostile => Assert.Contains(hostile, texts));
        Assert.Contains(texts, text => text.StartsWith("शर्मा", StringComparison.Ordinal));
    }

    // The two valid numbers in the tests of python-stdnum (stdnum.in_.gstin).
    [Theory]
    [InlineData("27AAPFU0939F1Z", 'V')]
    [InlineData("29AAGCB7383J1Z", '4')]
    public void GstinCheckCharactersAreRight(string body, char check) => Assert.Equal(check, Gstin.CheckCharacter(body));

    [Fact]
    public void RowsGrowWithTheScale()
    {
        var rows = new SampleBooks(3).Tables().Sum(table => table.Rows.Count());

        Assert.InRange(rows / (double)Books.Values.Sum(table => table.Rows.Count), 2.8, 3.2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void AScaleOutOfBoundsIsRefused(int scale) => Assert.Throws<ProblemException>(() => new SampleBooks(scale));

    [Fact]
    public async Task LoadedBooksGiveTheKnownTotals()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = new TemporaryWorkspaces();
        var books = server.Create();

        var loaded = await new SampleBooks().LoadAsync(server.Gateway, books, null, cancel);

        Assert.Equal(Books.Values.Select(table => (long)table.Rows.Count), loaded.Select(table => table.RowCount));
        Assert.Equal(0m, decimal.Parse(loaded.Single(table => table.Name == "voucher_lines").Totals["amount"], System.Globalization.CultureInfo.InvariantCulture));
        var answer = await server.AskAsync(books, "SELECT count(*), round(sum(total), 2) FROM invoices", cancel);
        Assert.Equal(Books["invoices"].Rows.Count, answer.Rows[0][0].AsInteger());
        Assert.Equal(Books["invoices"].Rows.Sum(row => Paise(row[11])), Paise(answer.Rows[0][1]));
    }

    [Fact]
    public async Task ALoadThatStopsLeavesWholeTablesOnly()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var server = new TemporaryWorkspaces();
        var books = server.Create();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new SampleBooks().LoadAsync(server.Gateway, books, new StopAt("vouchers", stop), stop.Token));

        Assert.DoesNotContain(server.TablesInFile(books), table => table == "vouchers" || table.StartsWith("_ws_load_", StringComparison.Ordinal));
        var loaded = (await server.Gateway.GetCatalogAsync(books, ReadAccess.Everything, TestContext.Current.CancellationToken)).Tables;
        Assert.Equal(["employees", "godowns", "ledger_groups", "ledgers", "parties", "stock_items"], loaded.Select(table => table.Schema.Name));
        Assert.All(loaded, table => Assert.Equal(Books[table.Schema.Name].Rows.Count, table.RowCount));
    }

    private sealed class StopAt(string table, CancellationTokenSource stop) : IProgress<SampleProgress>
    {
        public void Report(SampleProgress value)
        {
            if (value.Table == table)
            {
                stop.Cancel();
            }
        }
    }

    private const string Pinned = "fcf47b999f8625d0";

    private static long Paise(SqlValue rupees) => (long)Math.Round(rupees.AsReal() * 100);
}

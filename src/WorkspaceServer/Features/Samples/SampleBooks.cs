using System.Globalization;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Samples;

/// <param name="Rows">Loaded so far, over all tables.</param>
internal readonly record struct SampleProgress(string Table, long Rows, long ExpectedRows);

/// <summary>The books of a fictional Indian trading firm, the same at every run: 13 tables, about 50,000 rows at scale 1.</summary>
/// <remarks>Rows are made while they are loaded, so the scale costs time but no memory.</remarks>
internal sealed class SampleBooks
{
    public const int DefaultScale = 1;
    public const int MaxScale = 100;

    /// <summary>For progress only.</summary>
    private const long RowsPerScale = 50_000;

    private const int RowsPerBatch = 2_000;
    private const ulong Seed = 20_240_401;
    private static readonly string[] ReceiptModes = ["upi", "cheque", "neft"];
    private readonly SampleFirm firm;
    private readonly int scale;

    /// <exception cref="ProblemException">The scale is out of bounds.</exception>
    public SampleBooks(int scale = DefaultScale)
    {
        this.scale = scale is >= 1 and <= MaxScale
            ? scale
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"The scale is 1 to {MaxScale}.");
        firm = new SampleFirm(scale, Seed);
    }

    /// <summary>Every table with its rows, in the order in which they are loaded.</summary>
    public IEnumerable<(TableSchema Schema, IEnumerable<SqlValue[]> Rows)> Tables() =>
    [
        (SampleSchemas.LedgerGroups, SampleFirm.Groups.Select(group => new SqlValue[] { group.Id, group.Name, group.Nature })),
        (SampleSchemas.Parties, firm.Parties.Select(Row)),
        (SampleSchemas.Ledgers, LedgerRows()),
        (SampleSchemas.StockItems, firm.Items.Select(item => new SqlValue[] { item.Id, item.Name, item.Unit, item.Hsn, item.GstPercent, Rupees(item.CostPaise), Rupees(item.PricePaise) })),
        (SampleSchemas.Godowns, SampleFirm.Godowns.Select(godown => new SqlValue[] { godown.Id, godown.Name, godown.City })),
        (SampleSchemas.Employees, firm.Employees.Select(person => new SqlValue[] { person.Id, person.Name, person.Role, Day(person.JoinedOn), Rupees(person.SalaryPaise), person.BankAccount })),
        (SampleSchemas.Vouchers, Events().Select(each => new SqlValue[] { each.Voucher, Day(each.Date), each.Kind, each.Narration })),
        (SampleSchemas.VoucherLines, Numbered(Events().SelectMany(each => each.Entries.Select(entry => new SqlValue[] { 0, each.Voucher, entry.Ledger, Rupees(entry.Paise) })))),
        (SampleSchemas.Invoices, Events().Where(each => each.Kind == "sale").Select(InvoiceRow)),
        (SampleSchemas.InvoiceLines, Numbered(Events().Where(each => each.Kind == "sale").SelectMany(InvoiceLineRows))),
        (SampleSchemas.Receipts, Numbered(Events().Where(each => each.Kind == "receipt").Select(each => new SqlValue[] { 0, each.Voucher, Day(each.Date), each.Party!.Id, each.InvoiceNo, Rupees(each.AmountPaise), Mode(each) }))),
        (SampleSchemas.Payments, Numbered(Events().Where(each => each.Kind == "payment").Select(each => new SqlValue[] { 0, each.Voucher, Day(each.Date), each.Party!.Id, Rupees(each.AmountPaise), Mode(each) }))),
        (SampleSchemas.StockMovements, Numbered(OpeningRows().Concat(Events().SelectMany(MovementRows)))),
    ];

    /// <summary>Loads every table; each one appears whole.</summary>
    public async Task<IReadOnlyList<LoadedTable>> LoadAsync(
        IWorkspaceGateway gateway, WorkspaceId workspace, IProgress<SampleProgress>? progress, CancellationToken cancel)
    {
        var loaded = new List<LoadedTable>();
        long rows = 0;
        foreach (var (schema, tableRows) in Tables())
        {
            var load = await gateway.BeginLoadAsync(workspace, schema, cancel);
            try
            {
                foreach (var batch in tableRows.Chunk(RowsPerBatch))
                {
                    await gateway.AppendAsync(workspace, load, batch, cancel);
                    rows += batch.Length;
                    progress?.Report(new SampleProgress(schema.Name, rows, RowsPerScale * scale));
                }

                loaded.Add(await gateway.CommitLoadAsync(workspace, load, cancel));
            }
            catch
            {
                await gateway.AbandonLoadAsync(workspace, load, CancellationToken.None);
                throw;
            }
        }

        return loaded;
    }

    private static SqlValue[] Row(SampleParty party) =>
    [
        party.Id, party.Name, party.IsCustomer ? "customer" : "supplier", party.State, party.StateCode, party.City, party.Gstin, party.Pan, party.Phone,
        party.BankAccount, party.CreditDays, party.Notes,
    ];

    private static SqlValue[] InvoiceRow(SampleEvent sale)
    {
        long Of(int ledger) => -sale.Entries.Where(entry => entry.Ledger == ledger).Sum(entry => entry.Paise);

        return
        [
            sale.InvoiceNo, sale.Voucher, Day(sale.Date), Day(sale.Date.AddDays(sale.Party!.CreditDays)), sale.Party.Id, sale.Party.StateCode,
            Rupees(Of(SampleFirm.Sales)), Rupees(Of(SampleFirm.OutputCgst)), Rupees(Of(SampleFirm.OutputSgst)), Rupees(Of(SampleFirm.OutputIgst)),
            Rupees(Of(SampleFirm.RoundOff)), Rupees(sale.AmountPaise),
        ];
    }

    private static IEnumerable<SqlValue[]> InvoiceLineRows(SampleEvent sale) => sale.Goods.Select(line => new SqlValue[]
    {
        0, sale.InvoiceNo, line.Item.Id, line.Quantity, Rupees(line.RatePaise), Rupees(line.TaxablePaise), line.Item.GstPercent,
        Rupees(sale.IsWithinState ? 2 * line.HalfTaxPaise : line.WholeTaxPaise),
    });

    private static IEnumerable<SqlValue[]> MovementRows(SampleEvent each) => each.Goods.Select(line => new SqlValue[]
    {
        0, Day(each.Date), line.Item.Id, line.Godown, each.Voucher, each.Kind == "sale" ? -line.Quantity : line.Quantity,
    });

    private static IEnumerable<SqlValue[]> Numbered(IEnumerable<SqlValue[]> rows) => rows.Select((row, index) =>
    {
        row[0] = index + 1;
        return row;
    });

    private static SqlValue Mode(SampleEvent each) => each.Entries.Any(entry => entry.Ledger == SampleFirm.Cash) ? "cash" : ReceiptModes[each.Voucher % ReceiptModes.Length];

    /// <summary>Exact: under 10^13 paise there are at most 15 digits.</summary>
    private static SqlValue Rupees(long paise) => paise / 100.0;

    private static SqlValue Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private IEnumerable<SampleEvent> Events() => new SampleEvents(firm, scale, Seed + 1).All();

    private IEnumerable<SqlValue[]> LedgerRows() =>
        SampleFirm.OwnLedgers.Select(ledger => new SqlValue[] { ledger.Id, ledger.Name, ledger.Group, SqlValue.Null })
            .Concat(firm.Parties.Select(party => new SqlValue[] { party.Ledger, party.Name, SampleFirm.GroupOf(party), party.Id }));

    private IEnumerable<SqlValue[]> OpeningRows() => firm.Items.Select(item => new SqlValue[]
    {
        0, Day(SampleEvents.OpeningDay), item.Id, 1, SqlValue.Null, SampleEvents.OpeningStock(item),
    });
}

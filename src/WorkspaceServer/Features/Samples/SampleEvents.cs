using System.Globalization;

namespace WorkspaceServer.Features.Samples;

/// <param name="Paise">Debit is positive, credit negative.</param>
internal readonly record struct SampleEntry(int Ledger, long Paise);

internal readonly record struct SampleGoods(SampleItem Item, int Quantity, int RatePaise, long TaxablePaise, long HalfTaxPaise, long WholeTaxPaise, int Godown);

/// <param name="Goods">Sold or bought; empty otherwise.</param>
/// <param name="InvoiceNo">Of a sale, or the one that a receipt pays.</param>
internal sealed record SampleEvent(
    int Voucher, DateOnly Date, string Kind, string Narration, SampleParty? Party, IReadOnlyList<SampleEntry> Entries, IReadOnlyList<SampleGoods> Goods, string? InvoiceNo)
{
    public long AmountPaise => Entries[0].Paise;

    public bool IsWithinState => Party?.StateCode == SampleNames.States[0].Code;
}

/// <summary>Two financial years of business, one event after the other. The same firm, scale and seed give the same events each time.</summary>
/// <remarks>All amounts are whole paise, so every voucher adds up to exactly zero.</remarks>
internal sealed class SampleEvents(SampleFirm firm, int scale, ulong seed)
{
    public const int EventsPerScale = 6_350;

    private const int PaisePerRupee = 100;
    private const int HostileEvery = 997;
    private static readonly DateOnly FirstDay = new(2024, 4, 1);
    private static readonly DateOnly LastDay = new(2026, 3, 31);
    private readonly SeededRandom random = new(seed);
    private readonly Dictionary<(int Item, int Godown), int> stock = [];
    private readonly Queue<(string InvoiceNo, SampleParty Party, long Paise)> unpaid = [];
    private readonly Queue<(SampleParty Party, long Paise)> owed = [];
    private int voucher;
    private int invoice;

    /// <summary>Opening stock of an item in the main godown, in its unit.</summary>
    public static int OpeningStock(SampleItem item) => 200 + (item.Id * 37 % 300);

    public static DateOnly OpeningDay => FirstDay;

    public IEnumerable<SampleEvent> All()
    {
        foreach (var item in firm.Items)
        {
            stock[(item.Id, 1)] = OpeningStock(item);
        }

        var count = EventsPerScale * scale;
        var days = LastDay.DayNumber - FirstDay.DayNumber + 1;
        var lastMonth = 0;
        for (var i = 0; i < count; i++)
        {
            var date = FirstDay.AddDays((int)((long)i * days / count));
            if (date.Month != lastMonth)
            {
                lastMonth = date.Month;
                yield return Salaries(date);
            }

            yield return Next(date);
        }
    }

    private SampleEvent Next(DateOnly date) => random.Next(100) switch
    {
        < 36 when unpaid.Count > 20 => Receipt(date),
        < 46 when owed.Count > 3 => Payment(date),
        < 55 => Purchase(date),
        _ => Sale(date),
    };

    private SampleEvent Sale(DateOnly date)
    {
        var party = random.Pick(firm.Customers);
        var goods = new List<SampleGoods>();
        for (var line = random.Between(1, 4); line > 0; line--)
        {
            var item = random.Pick(firm.Items);
            var place = (item.Id, Godown: random.Between(1, SampleFirm.Godowns.Length));
            var inStock = stock.GetValueOrDefault(place);
            if (inStock > 0)
            {
                var quantity = Math.Min(inStock, random.Between(1, 40));
                stock[place] = inStock - quantity;
                goods.Add(Priced(item, quantity, item.PricePaise, place.Godown));
            }
        }

        if (goods.Count == 0)
        {
            return Purchase(date);
        }

        var total = Taxed(goods, party);
        var rounded = (total.Sum + (PaisePerRupee / 2)) / PaisePerRupee * PaisePerRupee;
        var entries = new List<SampleEntry> { new(party.Ledger, rounded), new(SampleFirm.Sales, -total.Taxable) };
        AddTax(entries, total, -1, SampleFirm.OutputCgst, SampleFirm.OutputSgst, SampleFirm.OutputIgst);
        Add(entries, SampleFirm.RoundOff, total.Sum - rounded);
        invoice++;
        var year = date.Month >= 4 ? date.Year % 100 : (date.Year % 100) - 1;
        var number = string.Create(CultureInfo.InvariantCulture, $"INV/{year:00}-{year + 1:00}/{invoice:000000}");
        unpaid.Enqueue((number, party, rounded));
        return Event(date, "sale", $"Sale to {party.Name}, {number}", party, entries, goods, number);
    }

    private SampleEvent Purchase(DateOnly date)
    {
        var party = random.Pick(firm.Suppliers);
        var goods = new List<SampleGoods>();
        for (var line = random.Between(2, 5); line > 0; line--)
        {
            var item = random.Pick(firm.Items);
            var godown = random.Between(1, SampleFirm.Godowns.Length);
            var quantity = 10 * random.Between(2, 25);
            stock[(item.Id, godown)] = stock.GetValueOrDefault((item.Id, godown)) + quantity;
            goods.Add(Priced(item, quantity, item.CostPaise, godown));
        }

        var total = Taxed(goods, party);
        var entries = new List<SampleEntry> { new(party.Ledger, -total.Sum), new(SampleFirm.Purchases, total.Taxable) };
        AddTax(entries, total, 1, SampleFirm.InputCgst, SampleFirm.InputSgst, SampleFirm.InputIgst);
        owed.Enqueue((party, total.Sum));
        return Event(date, "purchase", $"Purchase from {party.Name}", party, entries, goods, null);
    }

    private SampleEvent Receipt(DateOnly date)
    {
        var (number, party, open) = unpaid.Dequeue();
        var amount = open > 500 * PaisePerRupee && random.OneIn(4) ? open / 2 / PaisePerRupee * PaisePerRupee : open;
        if (amount < open)
        {
            unpaid.Enqueue((number, party, open - amount));
        }

        var ledger = random.OneIn(6) ? SampleFirm.Cash : SampleFirm.Bank;
        return Event(date, "receipt", $"Received from {party.Name} for {number}", party, [new(ledger, amount), new(party.Ledger, -amount)], [], number);
    }

    private SampleEvent Payment(DateOnly date)
    {
        var (party, amount) = owed.Dequeue();
        return Event(date, "payment", $"Paid to {party.Name}", party, [new(party.Ledger, amount), new(SampleFirm.Bank, -amount)], [], null);
    }

    private SampleEvent Salaries(DateOnly date)
    {
        var sum = firm.Employees.Where(employee => employee.JoinedOn < date).Sum(employee => (long)employee.SalaryPaise);
        return Event(date, "journal", $"Salaries for {date.ToString("yyyy-MM", CultureInfo.InvariantCulture)}", null, [new(SampleFirm.Salaries, sum), new(SampleFirm.Bank, -sum)], [], null);
    }

    private SampleEvent Event(DateOnly date, string kind, string narration, SampleParty? party, List<SampleEntry> entries, List<SampleGoods> goods, string? invoiceNo)
    {
        voucher++;
        var text = voucher % HostileEvery == 0 ? SampleNames.Hostile[voucher / HostileEvery % SampleNames.Hostile.Length] : narration;
        return new SampleEvent(voucher, date, kind, text, party, entries, goods, invoiceNo);
    }

    private static SampleGoods Priced(SampleItem item, int quantity, int rate, int godown)
    {
        var taxable = (long)quantity * rate;
        return new SampleGoods(item, quantity, rate, taxable, Percent(taxable, item.GstPercent, 2), Percent(taxable, item.GstPercent, 1), godown);
    }

    /// <summary>Rounded half up to whole paise.</summary>
    private static long Percent(long paise, int percent, int parts) => ((2 * paise * percent) + (100 * parts)) / (2 * 100 * parts);

    private static (long Taxable, long Half, long Whole, long Sum) Taxed(List<SampleGoods> goods, SampleParty party)
    {
        var taxable = goods.Sum(line => line.TaxablePaise);
        var isWithinState = party.StateCode == SampleNames.States[0].Code;
        var half = isWithinState ? goods.Sum(line => line.HalfTaxPaise) : 0;
        var whole = isWithinState ? 0 : goods.Sum(line => line.WholeTaxPaise);
        return (taxable, half, whole, taxable + (2 * half) + whole);
    }

    private static void AddTax(List<SampleEntry> entries, (long Taxable, long Half, long Whole, long Sum) total, int sign, int cgst, int sgst, int igst)
    {
        Add(entries, cgst, sign * total.Half);
        Add(entries, sgst, sign * total.Half);
        Add(entries, igst, sign * total.Whole);
    }

    private static void Add(List<SampleEntry> entries, int ledger, long paise)
    {
        if (paise != 0)
        {
            entries.Add(new SampleEntry(ledger, paise));
        }
    }
}

using System.Globalization;

namespace WorkspaceServer.Features.Samples;

internal sealed record SampleParty(string Id, string Name, bool IsCustomer, string State, string StateCode, string City, string Gstin, string Pan, string Phone, string BankAccount, int CreditDays, string? Notes, int Ledger);

internal sealed record SampleItem(int Id, string Name, string Unit, string Hsn, int GstPercent, int CostPaise, int PricePaise);

internal sealed record SampleEmployee(int Id, string Name, string Role, DateOnly JoinedOn, int SalaryPaise, string BankAccount);

/// <summary>What does not change from day to day: parties, items, people, the chart of accounts.</summary>
internal sealed class SampleFirm
{
    public const int Cash = 1;
    public const int Bank = 2;
    public const int Sales = 3;
    public const int Purchases = 4;
    public const int OutputCgst = 5;
    public const int OutputSgst = 6;
    public const int OutputIgst = 7;
    public const int InputCgst = 8;
    public const int InputSgst = 9;
    public const int InputIgst = 10;
    public const int RoundOff = 11;
    public const int Salaries = 12;

    private const int PartiesPerScale = 300;
    private const int ItemsPerScale = 90;
    private const int EmployeesPerScale = 30;
    private const int DebtorGroup = 6;
    private const int CreditorGroup = 7;

    /// <summary>Every this many parties, one has a hostile text in its notes.</summary>
    private const int HostileEvery = 31;

    public SampleFirm(int scale, ulong seed)
    {
        var random = new SeededRandom(seed);
        Parties = [.. Enumerable.Range(1, PartiesPerScale * scale).Select(number => MakeParty(number, random))];
        Items = [.. Enumerable.Range(1, ItemsPerScale * scale).Select(number => MakeItem(number, random))];
        Employees = [.. Enumerable.Range(1, EmployeesPerScale * scale).Select(number => MakeEmployee(number, random))];
        Customers = [.. Parties.Where(party => party.IsCustomer)];
        Suppliers = [.. Parties.Where(party => !party.IsCustomer)];
    }

    public static (int Id, string Name, string Nature)[] Groups { get; } =
    [
        (1, "Cash-in-hand", "asset"), (2, "Bank accounts", "asset"), (3, "Sales accounts", "income"), (4, "Purchase accounts", "expense"),
        (5, "Duties and taxes", "liability"), (DebtorGroup, "Sundry debtors", "asset"), (CreditorGroup, "Sundry creditors", "liability"), (8, "Indirect expenses", "expense"),
    ];

    public static (int Id, string Name, int Group)[] OwnLedgers { get; } =
    [
        (Cash, "Cash", 1), (Bank, "HDFC Bank current account", 2), (Sales, "Sales", 3), (Purchases, "Purchases", 4), (OutputCgst, "Output CGST", 5),
        (OutputSgst, "Output SGST", 5), (OutputIgst, "Output IGST", 5), (InputCgst, "Input CGST", 5), (InputSgst, "Input SGST", 5),
        (InputIgst, "Input IGST", 5), (RoundOff, "Round off", 8), (Salaries, "Salaries", 8),
    ];

    public static (int Id, string Name, string City)[] Godowns { get; } = [(1, "Main godown", "Pune"), (2, "Bhosari", "Pune"), (3, "भिवंडी", "Bhiwandi")];

    public IReadOnlyList<SampleParty> Parties { get; }

    public IReadOnlyList<SampleParty> Customers { get; }

    public IReadOnlyList<SampleParty> Suppliers { get; }

    public IReadOnlyList<SampleItem> Items { get; }

    public IReadOnlyList<SampleEmployee> Employees { get; }

    public static int GroupOf(SampleParty party) => party.IsCustomer ? DebtorGroup : CreditorGroup;

    private static SampleParty MakeParty(int number, SeededRandom random)
    {
        var family = random.Pick(SampleNames.Families);
        var trade = random.Pick(family[0] > 'z' ? SampleNames.DevanagariTrades : SampleNames.LatinTrades);
        var (state, code, city) = random.OneIn(2) ? SampleNames.States[0] : random.Pick(SampleNames.States);
        var pan = Gstin.MakePan(random);
        var hostile = number % HostileEvery == 7 ? SampleNames.Hostile[number / HostileEvery % SampleNames.Hostile.Length] : null;
        return new SampleParty(
            "P" + number.ToString("0000", CultureInfo.InvariantCulture),
            $"{family} {trade}",
            IsCustomer: number % 5 != 0,
            state,
            code,
            city,
            Gstin.Make(code, pan),
            pan,
            $"0{random.Between(20, 80)}{random.Between(10_000_000, 99_999_999)}",
            random.Between(0, 99_999_999).ToString("00000000000", CultureInfo.InvariantCulture),
            15 * random.Between(1, 6),
            hostile,
            OwnLedgers.Length + number);
    }

    private static SampleItem MakeItem(int number, SeededRandom random)
    {
        var (name, unit, hsn, percent, cost) = SampleNames.Goods[(number - 1) % SampleNames.Goods.Length];
        var grade = (number - 1) / SampleNames.Goods.Length;
        var ownCost = cost + (cost * grade / 20);
        return new SampleItem(number, grade == 0 ? name : $"{name}, grade {grade + 1}", unit, hsn, percent, ownCost, ownCost + (ownCost * random.Between(10, 35) / 100));
    }

    private static SampleEmployee MakeEmployee(int number, SeededRandom random) => new(
        number,
        $"{random.Pick(SampleNames.GivenNames)} {random.Pick(SampleNames.Families)}",
        random.Pick(SampleNames.Roles),
        new DateOnly(2018, 4, 1).AddDays(random.Next(2000)),
        100 * 500 * random.Between(30, 160),
        random.Between(0, 99_999_999).ToString("00000000000", CultureInfo.InvariantCulture));
}

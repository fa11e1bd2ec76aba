using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources.Tally;

/// <param name="Field">Tally's name of the field, as in its XML.</param>
internal sealed record TallyColumn(string Name, string Field, SyncType Type);

/// <summary>One table made of a collection of Tally: of its objects, or of the lists within them.</summary>
/// <param name="List">The list within each object whose entries are the rows, or null: the object itself is the row.</param>
internal sealed record TallyTable(string Name, string? List, IReadOnlyList<TallyColumn> Columns)
{
    public const string Guid = "guid";
    public const string Line = "line";

    /// <summary>Rows of a list have no identity of their own in Tally: they are numbered within their object.</summary>
    public IReadOnlyList<string> Key => List is null ? [Guid] : [Guid, Line];

    /// <summary>The columns before those of <see cref="Columns"/>.</summary>
    public IEnumerable<SourceColumn> AllColumns =>
    [
        new(Guid, "GUID", SyncType.Text),
        .. List is null ? Array.Empty<SourceColumn>() : [new(Line, "line", SyncType.Integer)],
        .. Columns.Select(column => new SourceColumn(column.Name, column.Field, column.Type)),
    ];
}

/// <summary>A collection that is asked for in one request: a kind of object in Tally with the tables that are made of it.</summary>
/// <param name="Element">The object's element in the answer.</param>
/// <param name="IsHeavy">Objects with lists: fetched in small portions, so that Tally stays usable meanwhile.</param>
internal sealed record TallyCollection(string Type, string Element, bool IsHeavy, IReadOnlyList<TallyTable> Tables)
{
    public IEnumerable<string> Fields =>
    [
        "Guid", "AlterId",
        .. Tables.SelectMany(table => table.Columns.Select(column => table.List is null ? column.Field : $"{table.List}.{column.Field}")).Distinct(),
    ];
}

/// <summary>What of Tally becomes tables: ledgers, groups, stock items, vouchers with their entries.</summary>
internal static class TallyCollections
{
    public static readonly IReadOnlyList<TallyCollection> All =
    [
        new("Group", "GROUP", IsHeavy: false,
        [
            new("groups", null,
            [
                new("name", "Name", SyncType.Text),
                new("parent", "Parent", SyncType.Text),
                new("is_revenue", "IsRevenue", SyncType.Boolean),
                new("is_deemed_positive", "IsDeemedPositive", SyncType.Boolean),
            ]),
        ]),
        new("Ledger", "LEDGER", IsHeavy: false,
        [
            new("ledgers", null,
            [
                new("name", "Name", SyncType.Text),
                new("parent", "Parent", SyncType.Text),
                new("opening_balance", "OpeningBalance", SyncType.Decimal),
                new("closing_balance", "ClosingBalance", SyncType.Decimal),
                new("gstin", "PartyGstin", SyncType.Text),
                new("state", "LedStateName", SyncType.Text),
            ]),
        ]),
        new("StockItem", "STOCKITEM", IsHeavy: false,
        [
            new("stock_items", null,
            [
                new("name", "Name", SyncType.Text),
                new("parent", "Parent", SyncType.Text),
                new("base_units", "BaseUnits", SyncType.Text),
                new("opening_quantity", "OpeningBalance", SyncType.Decimal),
                new("opening_value", "OpeningValue", SyncType.Decimal),
                new("closing_quantity", "ClosingBalance", SyncType.Decimal),
                new("closing_value", "ClosingValue", SyncType.Decimal),
            ]),
        ]),
        new("Voucher", "VOUCHER", IsHeavy: true,
        [
            new("vouchers", null,
            [
                new("date", "Date", SyncType.Date),
                new("voucher_type", "VoucherTypeName", SyncType.Text),
                new("voucher_number", "VoucherNumber", SyncType.Text),
                new("party", "PartyLedgerName", SyncType.Text),
                new("narration", "Narration", SyncType.Text),
                new("is_cancelled", "IsCancelled", SyncType.Boolean),
                new("is_optional", "IsOptional", SyncType.Boolean),
            ]),
            new("voucher_entries", "AllLedgerEntries",
            [
                new("ledger", "LedgerName", SyncType.Text),
                new("amount", "Amount", SyncType.Decimal),
                new("is_deemed_positive", "IsDeemedPositive", SyncType.Boolean),
            ]),
            new("voucher_items", "AllInventoryEntries",
            [
                new("stock_item", "StockItemName", SyncType.Text),
                new("quantity", "ActualQty", SyncType.Decimal),
                new("rate", "Rate", SyncType.Decimal),
                new("amount", "Amount", SyncType.Decimal),
            ]),
        ]),
    ];
}

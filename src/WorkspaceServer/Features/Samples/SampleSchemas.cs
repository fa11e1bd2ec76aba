using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Samples;

/// <summary>The tables of the sample books, in the order in which they are loaded.</summary>
internal static class SampleSchemas
{
    public static readonly TableSchema LedgerGroups = Table("ledger_groups", "Groups of the chart of accounts", "id",
        Integer("id", "Group number"), Text("name", "Name of the group"), Text("nature", "asset, liability, income or expense"));

    public static readonly TableSchema Ledgers = Table("ledgers", "Accounts; every party has one of its own", "id",
        Integer("id", "Ledger number"), Text("name", "Name of the account"), Integer("group_id", "Its group", "ledger_groups.id"),
        Text("party_id", "The party whose account it is, if it is one", "parties.id"));

    public static readonly TableSchema Parties = Table("parties", "Customers and suppliers", "id",
        Text("id", "Party code, such as P0001"), Text("name", "Name of the firm, Latin or Devanagari"), Text("kind", "customer or supplier"),
        Text("state", "Indian state"), Text("state_code", "GST code of the state, two digits"), Text("city", "City"),
        Text("gstin", "GST identification number"), Text("pan", "Permanent account number; private"), Text("phone", "Telephone; private"),
        Text("bank_account", "Bank account number; private"), Integer("credit_days", "Days until an invoice is due"), Text("notes", "Free text"));

    public static readonly TableSchema StockItems = Table("stock_items", "Goods that the firm trades in", "id",
        Integer("id", "Item number"), Text("name", "Name of the item"), Text("unit", "Unit of quantity"), Text("hsn", "HSN code for GST"),
        Integer("gst_percent", "GST rate in per cent"), Money("cost", "Purchase price per unit, rupees"), Money("price", "Sales price per unit, rupees"));

    public static readonly TableSchema Godowns = Table("godowns", "Warehouses", "id",
        Integer("id", "Godown number"), Text("name", "Name"), Text("city", "City"));

    public static readonly TableSchema Employees = Table("employees", "People employed by the firm; private", "id",
        Integer("id", "Employee number"), Text("name", "Name"), Text("role", "What the person does"), Date("joined_on", "First day of work"),
        Money("monthly_salary", "Rupees per month; private"), Text("bank_account", "Bank account number; private"));

    public static readonly TableSchema Vouchers = Table("vouchers", "Entries in the books; the lines of each add up to zero", "id",
        Integer("id", "Voucher number"), Date("date", "Day of the entry"), Text("kind", "sale, purchase, receipt, payment or journal"),
        Text("narration", "What it is about"));

    public static readonly TableSchema VoucherLines = Table("voucher_lines", "One amount on one ledger", "id",
        Integer("id", "Line number"), Integer("voucher_id", "Its voucher", "vouchers.id"), Integer("ledger_id", "Its ledger", "ledgers.id"),
        Money("amount", "Rupees; debit is positive, credit negative"));

    public static readonly TableSchema Invoices = Table("invoices", "Sales invoices", "invoice_no",
        Text("invoice_no", "Number, such as INV/24-25/000001"), Integer("voucher_id", "Its entry in the books", "vouchers.id"), Date("date", "Day of the invoice"),
        Date("due_date", "Day by which it is to be paid"), Text("party_id", "The customer", "parties.id"), Text("place_of_supply", "GST code of the customer's state"),
        Money("taxable", "Rupees before tax"), Money("cgst", "Central tax, rupees; within the state"), Money("sgst", "State tax, rupees; within the state"),
        Money("igst", "Integrated tax, rupees; to other states"), Money("round_off", "Rounding to whole rupees"), Money("total", "Rupees to be paid"));

    public static readonly TableSchema InvoiceLines = Table("invoice_lines", "Goods on an invoice", "id",
        Integer("id", "Line number"), Text("invoice_no", "Its invoice", "invoices.invoice_no"), Integer("item_id", "The item", "stock_items.id"),
        Integer("quantity", "In the item's unit"), Money("rate", "Rupees per unit"), Money("taxable", "Rupees before tax"),
        Integer("gst_percent", "GST rate in per cent"), Money("tax", "CGST + SGST or IGST, rupees"));

    public static readonly TableSchema Receipts = Table("receipts", "Money received against invoices", "id",
        Integer("id", "Receipt number"), Integer("voucher_id", "Its entry in the books", "vouchers.id"), Date("date", "Day"),
        Text("party_id", "Who paid", "parties.id"), Text("invoice_no", "For which invoice", "invoices.invoice_no"), Money("amount", "Rupees"), Text("mode", "cash, upi, cheque or neft"));

    public static readonly TableSchema Payments = Table("payments", "Money paid to suppliers", "id",
        Integer("id", "Payment number"), Integer("voucher_id", "Its entry in the books", "vouchers.id"), Date("date", "Day"),
        Text("party_id", "To whom", "parties.id"), Money("amount", "Rupees"), Text("mode", "upi, cheque or neft"));

    public static readonly TableSchema StockMovements = Table("stock_movements", "Goods in and out of godowns", "id",
        Integer("id", "Movement number"), Date("date", "Day"), Integer("item_id", "The item", "stock_items.id"), Integer("godown_id", "The godown", "godowns.id"),
        Integer("voucher_id", "Its entry in the books; empty for opening stock", "vouchers.id"), Integer("quantity", "In is positive, out negative"));

    private static TableSchema Table(string name, string description, string key, params ColumnSchema[] columns) =>
        new(name, columns, key, description, "sample");

    private static ColumnSchema Text(string name, string description, string? references = null) => new(name, ColumnType.Text, description, references);

    private static ColumnSchema Integer(string name, string description, string? references = null) => new(name, ColumnType.Integer, description, references);

    private static ColumnSchema Money(string name, string description) => new(name, ColumnType.Decimal, description);

    private static ColumnSchema Date(string name, string description) => new(name, ColumnType.Date, description);
}

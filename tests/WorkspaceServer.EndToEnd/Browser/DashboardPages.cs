using Microsoft.AspNetCore.Http;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Components;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Agents.Pages;
using WorkspaceServer.Features.Audit.Pages;
using WorkspaceServer.Features.Columns.Pages;
using WorkspaceServer.Features.OAuth.Doctor;
using WorkspaceServer.Features.OAuth.Pages;
using WorkspaceServer.Features.Overview;
using WorkspaceServer.Features.Overview.Pages;
using WorkspaceServer.Features.Proposals.Pages;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Features.Tokens.Pages;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Made-up content of the pages of a workspace, for the gallery.</summary>
internal static class DashboardPages
{
    private const string Home = "/w/1";
    private static readonly DateTimeOffset Now = new(2026, 10, 9, 5, 16, 0, TimeSpan.Zero);
    private static readonly OverviewRights All = new(Tables: true, Import: true, Activity: true, Connect: true, Pair: true);

    public static ProposalsModel Proposals { get; } = new(
        "/w/1/proposals",
        "/w/1/clients",
        [new WaitingProposal("0123456789abcdef0123456789abcdef", "Claude", "Which parties owe us for more than 90 days?", "SELECT party, sum(amount) AS owed\nFROM bills\nWHERE due < date('now', '-90 days')\nGROUP BY party\nORDER BY owed DESC", "You ask this every Monday.", "about 8 min left", null)],
        [
            new PastProposal("Claude", "Sales by month", "accepted", "Asha", Now.AddHours(-3)),
            new PastProposal("Inspector", "All bank details", "declined", "Asha", Now.AddDays(-1)),
            new PastProposal("Claude", "GST by rate", "expired", null, Now.AddDays(-2)),
        ],
        null);

    public static OverviewModel Overview { get; } = new(
        "Kesarvan Traders",
        Home,
        Now,
        All,
        [
            new SourceRow("Tally books, Office PC", 9, 162_418, Now.AddMinutes(-4), IsReconciled: true),
            new SourceRow("Godown stock of the warehouse behind the old mill road.csv", 1, 3_482, Now.AddMinutes(-46), IsReconciled: true),
            new SourceRow("बैंक स्टेटमेंट.csv", 1, 12_960, Now.AddDays(-1)),
        ],
        11,
        178_860,
        Now.AddDays(-1),
        412_000_000,
        new WeekOfQuestions(
            [.. new long[] { 21, 4, 51, 69, 45, 79, 35 }.Select((answered, i) => new DayOfQuestions(Now.AddDays(i - 6), answered, i % 3 == 2 ? 1 : 0, answered * 40))],
            [new ClientToday("Claude", 12_480, 50_000), new ClientToday("ChatGPT", 940, 10_000)]),
        [
            new WaitingItem("key", "The token ChatGPT ends on 12 Oct 2026", "After that day its AI client is refused. Make a new one in time.", "See tokens", "/w/1/tokens"),
            new WaitingItem("clock", "GST returns.csv brought nothing since 1 Oct 2026", "AI clients are told how old the rows are with each answer.", "See tables", "/w/1/tables"),
        ],
        new OverviewBackups(true, false, Now.AddHours(-8), Now.AddDays(-6)));

    public static OverviewModel DifferingOverview { get; } = Overview with
    {
        Sources = [.. Overview.Sources.Select((source, i) => i == 1 ? source with { IsReconciled = false } : source)],
        Decisions = [new WaitingItem("alert", "The totals of Godown stock of the warehouse behind the old mill road.csv differ from its source", "The rows of before stay. The agent sends the whole table again at its next run.", "See agents", "/w/1/agents")],
        Backups = new OverviewBackups(true, true, Now.AddDays(-3), null),
    };

    public static OverviewModel EmptyOverview { get; } = Overview with
    {
        Events = Gallery.Live + "/events",
        State = Gallery.LiveState,
        Sources = [],
        Tables = 0,
        Rows = 0,
        AsOf = null,
        Bytes = 40_960,
        Week = new WeekOfQuestions([.. Enumerable.Range(0, 7).Select(i => new DayOfQuestions(Now.AddDays(i - 6), 0, 0, 0))], []),
        Decisions = [],
        Backups = new OverviewBackups(false, false, null, null),
    };

    public static TablesModel Tables { get; } = new(
        Home,
        MayImport: true,
        [
            new TableRow("invoices", "/w/1/tables/invoices", "One row for each sale on credit", "Tally books, Office PC", 9, 48_210, Now.AddMinutes(-4)),
            new TableRow("parties", "/w/1/tables/parties", null, "Tally books, Office PC", 12, 1_214, Now.AddMinutes(-4)),
            new TableRow("godown_stock_of_the_warehouse_behind_the_old_mill_road", "/w/1/tables/godown", null, "Godown stock of the warehouse behind the old mill road.csv", 5, 3_482, Now.AddDays(-3)),
        ]);

    public static TableGridModel Grid { get; } = new(
        Home,
        new TableHead("invoices", "/w/1/tables/invoices", "One row for each sale on credit.", "Tally books, Office PC", 48_210, Now.AddMinutes(-4), 44),
        [
            new GridColumn("invoice_no", null, false, "?sort=invoice_no", null),
            new GridColumn("date", null, false, "?sort=date", "descending"),
            new GridColumn("party", "\"Party Name\" in the file", false, "?sort=party", null),
            new GridColumn("kind", null, false, "?sort=kind", null),
            new GridColumn("narration", null, false, "?sort=narration", null),
            new GridColumn("paid", null, false, "?sort=paid", null),
            new GridColumn("amount", null, true, "?sort=amount", null),
        ],
        [
            .. Enumerable.Range(0, 12).Select(i => new GridRow(
                $"/w/1/tables/invoices/row?key=S-{2041 - i}",
                [
                    Cell($"S-{2041 - i}"), Cell($"{30 - i} Sep 2026"), Cell(i % 3 == 0 ? "अन्नपूर्णा किराना स्टोअर" : i % 3 == 1 ? "Nirmal Textiles" : "<script>alert('Bharat Hardware & Sons')</script>"),
                    Cell(i % 4 == 3 ? "Credit note" : "Sales"), Cell("Being goods sold and delivered from the second godown, freight paid by the party itself, as agreed on the telephone with Mr. Deshpande on the…"),
                    Cell("no"), new GridCell(i % 4 == 3 ? "\u221218,400.00" : $"{i + 1},84,250.00", false, true, i % 4 == 3),
                ])),
        ],
        [new FilterChip("date is at least 2026-04-01", "/w/1/tables/invoices"), new FilterChip("party contains <b>textiles</b>", "/w/1/tables/invoices")],
        ["date~ge~2026-04-01", "party~has~textiles"],
        "date",
        IsDescending: true,
        Found: 12_406,
        AtLeast: 0,
        LookedThrough: null,
        IsProvisional: false,
        "/w/1/tables/invoices?after=n-1-1",
        Earlier: null,
        "/w/1/tables/invoices/export",
        "/w/1/tables/invoices/export/xlsx",
        18,
        Error: null,
        new ChartChoice(["invoice_no", "date", "party", "kind"], ["paid", "amount"]));

    public static RowModel Row { get; } = new(
        Home,
        "invoices",
        "/w/1/tables/invoices",
        "S-2041",
        Now.AddMinutes(-4),
        [
            new RowValue("invoice_no", null, "S-2041", false, false, false, null),
            new RowValue("party_id", null, "118", false, true, false, "/w/1/tables/parties/row?key=118"),
            new RowValue("narration", null, "Being goods sold\nand delivered <b>from the second godown</b>", false, false, false, null),
            new RowValue("due_on", null, "", true, false, false, null),
            new RowValue("balance", null, "\u22121,84,250.00", false, true, true, null),
        ],
        [new RelatedRows("invoice_lines, by invoice_no", "/w/1/tables/invoice_lines"), new RelatedRows("receipts, by invoice_no", "/w/1/tables/receipts")]);

    public static ProfileModel Profile { get; } = new(
        Home,
        "invoices",
        "/w/1/tables/invoices",
        [new ProfileColumn("invoice_no", "text", "?column=invoice_no", false), new ProfileColumn("party", "text", "?column=party", true), new ProfileColumn("amount", "number", "?column=amount", false)],
        "party",
        "text",
        null,
        48_210,
        48_002,
        1_214,
        "A1 Traders",
        "श्री गणेश एजन्सी",
        [new CommonValue("Nirmal Textiles", 2_104, "/w/1"), new CommonValue("महालक्ष्मी ट्रेडर्स", 1_870, "/w/1"), new CommonValue("<script>alert(1)</script> and a long name that goes on and on", 940, "/w/1"), new CommonValue("empty", 208, "/w/1")],
        []);

    public static ProfileModel NumberProfile { get; } = Profile with
    {
        Columns = [.. Profile.Columns.Select(column => column with { IsOpen = column.Name == "amount" })],
        Column = "amount",
        Type = "number",
        Least = "\u221218,400.00",
        Greatest = "38,42,000.50",
        Common = [new CommonValue("0.00", 312, "/w/1"), new CommonValue("1,180.00", 96, "/w/1")],
        Spread = [12, 9_120, 11_400, 8_230, 5_010, 3_600, 2_950, 2_110, 1_700, 1_240, 900, 610, 420, 260, 170, 96, 61, 44, 30, 18, 0, 0, 1, 2],
    };

    public static SqlModel Sql { get; } = new(
        Home,
        "SELECT party, sum(balance) AS due\nFROM receipts_due\nGROUP BY party\nORDER BY due DESC",
        ["Reads receipts_due.", "Puts rows together that have the same party.", "Adds up balance.", "Sorts by due, the greatest first."],
        [
            new SchemaTable("invoices", 48_210, [new SchemaColumn("invoice_no", "text"), new SchemaColumn("party", "text"), new SchemaColumn("amount", "decimal")]),
            new SchemaTable("receipts_due", 2_067, [new SchemaColumn("party", "text"), new SchemaColumn("balance", "decimal")]),
        ],
        [new PastRun("SELECT party, sum(balance) AS due FROM receipts_due GROUP BY party ORDER BY due DESC", "?run=2", Now.AddMinutes(-3), true, 4), new PastRun("SELECT partyy FROM invoices", "?run=1", Now.AddDays(-1), false, 0)],
        [new SavedRow("1", "Who owes us longest?", "?saved=1", "Asha Kulkarni", true), new SavedRow("2", "<b>GST</b> payable of the month before, by rate and by state of the party", "?saved=2", "Imran Shaikh", false)],
        new SqlResult(
            [new ResultColumn("party", false), new ResultColumn("due", true)],
            [[Cell("Nirmal Textiles"), Amount("18,40,200.50")], [Cell("महालक्ष्मी ट्रेडर्स"), Amount("7,52,300.00")], [Cell("<img src=x onerror=alert(1)>"), Amount("4,38,900.00")], [new GridCell("", true, false, false), Amount("78,255.00")]],
            IsCut: false,
            Now.AddMinutes(-4),
            142,
            ["receipts_due.party", "receipts_due.balance"],
            new ResultChart("due by party", "due by party. The most has Nirmal Textiles: 18,40,200.50.", [new Bar("Nirmal Textiles", 1840200.5, "18,40,200.50"), new Bar("महालक्ष्मी ट्रेडर्स", 752300, "7,52,300.00"), new Bar("<img src=x onerror=alert(1)>", 438900, "4,38,900.00"), new Bar("empty", 78255, "78,255.00")], [ChartKind.Bars, ChartKind.Line, ChartKind.Pie])),
        Error: null,
        5,
        1_000,
        MayExport: true);

    public static ResultChart Months { get; } = new(
        "profit by month",
        "profit by month. The most has 2026-09: 18,40,200.50.",
        [new Bar("2026-04", 752300, "7,52,300.00"), new Bar("2026-05", -78255, "\u221278,255.00"), new Bar("2026-06", 0, "0.00"), new Bar("2026-07", 438900, "4,38,900.00"), new Bar("2026-09", 1840200.5, "18,40,200.50")],
        [ChartKind.Line]);

    public static ResultChart ByPartyAndMonth { get; } = new(
        "due by party and month",
        "",
        [],
        [ChartKind.Pivot],
        new PivotTable(
            "party",
            ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"],
            [
                new PivotRow("Nirmal Textiles", ["18,40,200.50", "", "7,52,300.00", "4,38,900.00", "78,255.00", "18,40,200.50"]),
                new PivotRow("महालक्ष्मी ट्रेडर्स", ["", "\u22121,84,250.00", "", "", "12.00", "0.00"]),
                new PivotRow("<img src=x onerror=alert(1)> and a long name that goes on", ["1.00", "2.00", "3.00", "4.00", "5.00", "6.00"]),
            ]));

    public static AgentsModel Agents { get; } = new(
        Home,
        "https://ws.kesarvan.example",
        [
            new AgentRow("/w/1/agents/1", "1", "Accounts PC", "Windows 11, agent 0.1.0", "SQJ-ETT", Now.AddDays(-40), IsPaired: true, HeardAt: Now.AddMinutes(-4)),
            new AgentRow("/w/1/agents/2", "2", "<i>The PC</i> in the warehouse whose name somebody typed at length", "Windows 10, agent 0.1.0", "7KD-P2M", Now.AddHours(-3), IsPaired: true),
            new AgentRow("/w/1/agents/3", "3", "Old laptop", "Debian GNU/Linux 12, agent 0.1.0", "XA4-9RW", Now.AddDays(-200), IsPaired: false),
        ],
        [new OpenPairing("4", "Branch in Nashik", Now.AddDays(29))],
        [new WaitingSchema("godown_stock", "Accounts PC", "rate was decimal and is now text, godown_no is missing")],
        new SentModel(
            [
                new RunRow("invoices", "Accounts PC", "upsert", Now.AddMinutes(-4), 214, 212, 2, "committed", 48_210, [new ColumnSum("amount", "91840220.50"), new ColumnSum("tax", "-16531239.6900")]),
                new RunRow("receipts_due_of_the_warehouse_behind_the_old_mill", "<i>The PC</i> in the warehouse whose name somebody typed at length", "snapshot", Now.AddMinutes(-9), 2_067, 2_067, 0, "committed", 2_067, []),
                new RunRow("invoices", "Accounts PC", "snapshot", Now.AddHours(-2), 48_000, 0, 0, "totals_differ", null, []),
                new RunRow("parties", "Accounts PC", "snapshot", Now.AddHours(-3), 40, 0, 0, "open", null, []),
                new RunRow("parties", "Accounts PC", "append", Now.AddDays(-3), 0, 0, 0, "abandoned", null, []),
                new RunRow("parties", "Accounts PC", "append", Now.AddDays(-4), 12, 0, 0, "invalid_data", null, []),
            ],
            "/w/1/agents?before=3",
            "/w/1/agents",
            Gallery.Live + "/events",
            Gallery.LiveState,
            [
                new UnderWay("1", "parties", "Accounts PC", 40, null, IsCounted: false, null, Now.AddHours(-3), IsQuiet: true),
                new UnderWay("2", "receipts_due_of_the_warehouse_behind_the_old_mill", "<i>The PC</i> in the warehouse whose name somebody typed at length", 96_000, 1_20_000, IsCounted: true, TimeSpan.FromSeconds(190), Now, IsQuiet: false),
                new UnderWay("3", "godown_stock", "Accounts PC", 12_000, 48_000, IsCounted: false, null, Now, IsQuiet: false),
            ]),
        new AgentRights(Pair: true, Revoke: true, Approve: true),
        Made: null,
        "",
        Error: null);

    public static PairingModel Paired(PairingStage stage) => new(
        "Branch in Nashik", stage, Now.AddDays(29), stage == PairingStage.Paired ? Agents.Agents[1] : null, "/w/1/agents?pairing=4", Gallery.Live + "/events", Gallery.LiveState);

    public static AgentModel Agent { get; } = new(
        Home, Agents.Agents[1], "SHA256:2H1yJxYxU0mF6n5m8pWq3rXo1Zs4tVu7wYz0aBcDeFg", "Asha Kulkarni", EndedAt: null, Agents.May, Agents.Agents[1].Name, Error: null,
        new SentModel([], null, null, Gallery.Live + "/events", Gallery.LiveState, [Agents.Sent.UnderWay![1]]));

    public static UploadRunModel Uploading { get; } = new(
        Home, "/w/1/upload/1", Gallery.Live + "/events", Gallery.LiveState, "Godown stock of the warehouse behind the <b>old mill</b> road.csv", new UploadProgress(0.31, "Loading godown_stock", 96_000, TimeSpan.FromSeconds(4)), null, null, 0);

    public static TokensModel Tokens { get; } = new(
        Home,
        [
            new TokenRow("1", "Claude on the office PC", "tables:read search", Now.AddDays(-20), Now.AddDays(70), "good", 2, 12_480, IsYours: true, MayRevoke: true),
            new TokenRow("2", "<b>ChatGPT</b> of somebody with a long name who is at the warehouse", "tables:read", Now.AddDays(-80), Now.AddDays(3), "good", 0, 940, IsYours: false, MayRevoke: true),
            new TokenRow("3", "Cursor", "tables:read search", Now.AddDays(-9), Now.AddDays(81), "revoked", 0, 0, IsYours: true, MayRevoke: false),
        ],
        MayCreate: true,
        Made: null,
        "",
        "90",
        Error: null);

    public static ActivityModel Activity { get; } = new(
        Home,
        new ActivityToday(35, 13_420, 1_900_000, 2),
        [new SelectOption("1", "Claude"), new SelectOption("2", "ChatGPT")],
        "",
        "",
        7,
        [
            new CallRow(Now.AddMinutes(-5), "Claude", "?call=4#call", "SELECT p.name, sum(d.balance) AS due FROM receipts_due d JOIN parties p ON p.id = d.party_id WHERE d.due_on < ? GROUP BY p.name ORDER BY due DESC LIMIT ?", "receipts_due, parties", 8, 612, 142.3, "ok"),
            new CallRow(Now.AddMinutes(-6), "Claude", "?call=3#call", "describe_table table: receipts_due", "receipts_due", 9, 1_130, 4, "ok"),
            new CallRow(Now.AddMinutes(-25), "<i>ChatGPT</i>", "?call=2#call", "SELECT pan FROM parties", "", 0, 0, 2, "not_readable"),
            new CallRow(Now.AddDays(-1), "Claude", "?call=1#call", "SELECT count(*) FROM vouchers a, vouchers b, vouchers c", "vouchers", 0, 0, 5_000, "deadline_exceeded"),
        ],
        Open: null,
        "?before=1",
        First: null,
        "/w/1/activity/export");

    public static CallDetail Call { get; } = new(
        Now.AddMinutes(-5),
        "Claude",
        "claude-ai/1.0",
        "execute_sql",
        "SELECT p.name, sum(d.balance) AS due FROM receipts_due d JOIN parties p ON p.id = d.party_id WHERE d.due_on < ? GROUP BY p.name ORDER BY due DESC LIMIT ?",
        ["max_rows: 200"],
        [new TouchedTable("receipts_due", ["balance", "due_on", "party_id"]), new TouchedTable("parties", ["id", "name"])],
        8,
        612,
        142.3,
        "ok",
        "/w/1/activity");

    public static AuditModel Audit { get; } = new(
        Home,
        new ChainState(true, Now.AddMinutes(-6), 0),
        "",
        30,
        "0199",
        "/w/1/audit",
        [
            new AuditLine(18_204, Now.AddMinutes(-5), "Claude", "?actor=1", "mcp.tool_called", "An AI client called a tool.", "tool execute_sql", "192.0.2.14", "ok", "?entry=18204", null),
            new AuditLine(18_203, Now.AddMinutes(-9), "Asha Kulkarni", "?actor=2", "hidden_columns.changed", "The columns that a client never sees were changed.", "column parties.gstin", "203.0.113.7", "ok", "?entry=18203", "{\n  \"seq\": 18203,\n  \"action\": \"hidden_columns.changed\",\n  \"details\": { \"class\": \"confidential\" }\n}"),
            new AuditLine(18_202, Now.AddHours(-2), "<b>Imran</b> Shaikh", "?actor=3", "table.exported", "A person took rows of a table out as a file.", "table godown_stock_of_the_warehouse_behind_the_old_mill", "2001:db8:85a3::8a2e:370:7334", "finished", "?entry=18202", null),
            new AuditLine(18_201, Now.AddDays(-1), "token", "?actor=4", "mcp.tool_refused", "An AI client called a tool that is unknown or not granted.", "tool drop_everything", "", "unknown_tool", "?entry=18201", null),
        ],
        "?before=18201",
        First: null,
        "/w/1/audit/export");

    public static PrivacyModel Privacy { get; } = new(
        Home,
        [new PrivacyTable("parties", "?table=parties", 2, 5, true), new PrivacyTable("invoices", "?table=invoices", 0, 9, false)],
        "parties",
        [new PrivacyColumn("id", null, "internal", false), new PrivacyColumn("name", "\"Party <Name>\" in the file", "internal", false), new PrivacyColumn("pan", null, "confidential", true), new PrivacyColumn("gstin", null, "private", false), new PrivacyColumn("state", null, "public", false)],
        new PrivacyPreview(["id", "name", "state"], [["1", "Nirmal Textiles", "Maharashtra"], ["2", "<script>alert(1)</script>", "Gujarat"]]));

    public static ConnectModel Connect(string guide)
    {
        var guides = ClientGuides.For("https://ws.kesarvan.example/mcp");
        return new ConnectModel(Home, Home + "/clients", "https://ws.kesarvan.example/mcp", guides, guides.First(each => each.Id == guide), [.. Tokens.Tokens.Take(2)]);
    }

    /// <summary>A try of which these steps were seen, in their order; null for one that was not. Without any, nothing is watched.</summary>
    public static DoctorModel Doctor(params HandshakeOutcome?[] seen)
    {
        var attempt = Attempt.New("asha", default, Now) with { Client = seen.Length > 4 ? "<b>Claude</b> of the office at the old mill road, second floor" : null };
        foreach (var (outcome, i) in seen.Select((outcome, i) => (outcome, i)).Where(each => each.outcome is not null))
        {
            attempt = attempt.With((HandshakeStep)i, outcome!.Value, Now.AddSeconds(i));
        }

        return new DoctorModel("/w/1/clients", Gallery.Live, Gallery.LiveState, seen.Length == 0 ? null : DoctorReport.Of(attempt, "https://ws.kesarvan.example/mcp", Now.AddSeconds(seen.Length)) with { Url = "https://ws.kesarvan.example/mcp?watch=made-up" });
    }

    private static GridCell Cell(string text) => new(text, false, false, false);

    private static GridCell Amount(string text) => new(text, false, true, false);

    /// <summary>In the firm for its own pages, with the menu of its owner; else with the person.</summary>
    internal sealed class Shells(IEnumerable<WorkspaceMenuEntry> entries) : IShells
    {
        private static readonly MenuItem[] Own =
            [new(T.Later("Workspaces"), "home", "/", InBar: true), new(T.Later("Security"), "lock", AccountPaths.Security, InBar: true), new(T.Later("Account Settings"), "settings", AccountPaths.Settings)];

        private static readonly Shell Personal = new("Asha Kulkarni", null, null, [new MenuGroup(null, Own)]);

        private static readonly Shell Firm = new("Asha Kulkarni", "Kesarvan Traders", "owner", []);

        private readonly Shell firm = Firm with { Menu = [.. WorkspaceShells.Groups(entries, Home), new MenuGroup(T.Later("You"), [.. Own.Select(item => item with { InBar = false })])] };

        /// <summary>Both, for whoever looks for what pages did not make up themselves.</summary>
        public static IReadOnlyList<Shell> Made => [Personal, Firm];

        public Shell For(HttpContext context) => context.Request.Path.Value is { } path && (path.StartsWith("/gallery/team", StringComparison.Ordinal) || path.StartsWith("/gallery/w-", StringComparison.Ordinal)) ? firm : Personal;
    }
}

using Microsoft.AspNetCore.Http;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Overview.Pages;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Made-up content of the pages of a workspace, for the gallery.</summary>
internal static class DashboardPages
{
    private const string Home = "/w/1";
    private static readonly DateTimeOffset Now = new(2026, 10, 9, 5, 16, 0, TimeSpan.Zero);
    private static readonly OverviewRights All = new(Tables: true, Import: true, Activity: true, Connect: true);

    public static OverviewModel Overview { get; } = new(
        "Kesarvan Traders",
        Home,
        Now,
        All,
        [
            new SourceRow("Tally books, Office PC", 9, 162_418, Now.AddMinutes(-4)),
            new SourceRow("Godown stock of the warehouse behind the old mill road.csv", 1, 3_482, Now.AddMinutes(-46)),
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
        ]);

    public static OverviewModel EmptyOverview { get; } = Overview with
    {
        Sources = [],
        Tables = 0,
        Rows = 0,
        AsOf = null,
        Bytes = 40_960,
        Week = new WeekOfQuestions([.. Enumerable.Range(0, 7).Select(i => new DayOfQuestions(Now.AddDays(i - 6), 0, 0, 0))], []),
        Decisions = [new WaitingItem("table", "There is no data yet", "Load the sample books, a CSV file, or add an agent that brings the tables of Tally.", "Put data in", "/w/1/start")],
    };

    /// <summary>In the firm for its own pages, else with the person.</summary>
    internal sealed class Shells : IShells
    {
        private static readonly Shell Personal = new("Asha Kulkarni", null, null,
            [new MenuGroup(null, [new MenuItem("Workspaces", "home", "/", InBar: true), new MenuItem("Security", "lock", AccountPaths.Security, InBar: true)])]);

        private static readonly Shell Firm = new("Asha Kulkarni", "Kesarvan Traders", "owner",
        [
            new MenuGroup(null, [new MenuItem("Overview", "home", Home, InBar: true)]),
            new MenuGroup("Data", [new MenuItem("Tables", "table", "/w/1/tables", InBar: true), new MenuItem("SQL", "sql", "/w/1/sql")]),
            new MenuGroup("AI", [new MenuItem("Connect AI", "plug", "/w/1/connect"), new MenuItem("Activity", "pulse", "/w/1/activity", InBar: true)]),
            new MenuGroup("Workspace", [new MenuItem("Team", "team", "/w/1/team"), new MenuItem("Audit", "audit", "/w/1/audit", InBar: true)]),
            new MenuGroup("You", [new MenuItem("Security", "lock", AccountPaths.Security)]),
        ]);

        public Shell For(HttpContext context) => context.Request.Path.Value is { } path && (path.StartsWith("/gallery/team", StringComparison.Ordinal) || path.StartsWith("/gallery/w-", StringComparison.Ordinal)) ? Firm : Personal;
    }
}

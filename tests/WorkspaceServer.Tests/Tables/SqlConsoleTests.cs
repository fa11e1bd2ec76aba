using System.Net;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Tables;

/// <summary>The SQL console: the sandbox of the AI clients, a history that only its person sees, questions that all may take up.</summary>
public sealed partial class SqlConsoleTests : IAsyncLifetime
{
    private const string Hostile = "SELECT '<img src=x onerror=alert(1)>' AS \"</textarea><script>\"";

    private AccountsServer house = null!;
    private TestBrowser browser = null!;
    private string sql = null!;

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        sql = $"/w/{house.Server.Workspace}/sql";
        browser = await MemberAsync("asha@example.in", Role.Member);
        var gateway = house.Server.Workspaces.Gateway;
        var load = await gateway.BeginLoadAsync(house.Server.Workspace, new TableSchema("bills", [new ColumnSchema("party", ColumnType.Text), new ColumnSchema("due", ColumnType.Integer)]), default);
        await gateway.AppendAsync(house.Server.Workspace, load, [["Nirmal", 1840200L], ["Deccan", 438900L]], default);
        await gateway.CommitLoadAsync(house.Server.Workspace, load, default);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task AnAnswerIsAGridAndBars_AndIsRecordedAndRemembered()
    {
        var page = await RunAsync(browser, "SELECT party, due FROM bills ORDER BY due DESC");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("18,40,200", page.Body, StringComparison.Ordinal);
        Assert.Contains("due by party. The most has Nirmal: 18,40,200.", page.Body, StringComparison.Ordinal);
        Assert.Contains("bills.party", page.Body, StringComparison.Ordinal);
        Assert.Equal("ok", Assert.Single(Recorded(AuditActions.QueryRun)).Row.Outcome);
        Assert.Contains("?run=", (await browser.GetAsync(sql)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT party, due FROM bills", "bars pie")]
    [InlineData("VALUES ('a', 1), ('b', 2), ('c', 4)", "bars line pie")]
    [InlineData("VALUES ('2026-04', 1), ('2026-05', 2), ('2026-06', 4)", "line bars pie")] // months in their order are a line first
    [InlineData("VALUES ('a', 1), ('b', -2), ('c', 4)", "line")] // a bar or a slice below zero would say nothing
    [InlineData("VALUES ('a', 0), ('b', 0)", "bars")]
    [InlineData("VALUES ('a', 1), ('b', 1), ('c', 1), ('d', 1), ('e', 1), ('f', 1), ('g', 1)", "bars line")] // one slice too many
    [InlineData("VALUES ('a', 'x', 1), ('a', 'y', 2), ('b', 'y', 3)", "pivot")]
    [InlineData("VALUES ('a', 'x', 1), ('a', 'x', 2), ('b', 'y', 3)", "bars line pie")] // a pair that comes twice
    [InlineData("VALUES ('a', 1)", "")]
    [InlineData("VALUES (1, 1), (2, 2)", "")]
    [InlineData("VALUES ('a', 1), ('b', 9e999)", "")]
    public async Task AnAnswerIsDrawnInTheWaysThatFit_TheBestFirst(string statement, string kinds)
    {
        var page = await RunAsync(browser, statement);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal(kinds, string.Join(' ', ChartId().Matches(page.Body).Select(match => match.Groups[1].Value)));
    }

    [Fact]
    public async Task APivotHasACellForEachPair_AndNoneWhereThereIsNone()
    {
        var page = await RunAsync(browser, "VALUES ('a', 'x', 10), ('a', 'y', 2000), ('b', 'y', 3)");

        Assert.Contains("<th scope=\"row\">a</th><td class=\"r\">10</td><td class=\"r\">2,000</td>", page.Body, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">b</th><td class=\"r\"></td><td class=\"r\">3</td>", page.Body, StringComparison.Ordinal);
    }

    [GeneratedRegex("id=\"chart-([a-z]+)\"")]
    private static partial Regex ChartId();

    [Theory]
    [InlineData("DELETE FROM bills")]
    [InlineData("SELECT * FROM _ws_table")]
    [InlineData("PRAGMA key")]
    [InlineData("ATTACH 'x' AS y")]
    public async Task WhatIsNoReadingIsRefusedOnThePage(string statement)
    {
        var page = await RunAsync(browser, statement);

        Assert.True((int)page.Status is 400 or 403, page.Status.ToString());
        Assert.Contains("role=\"alert\"", page.Body, StringComparison.Ordinal);
        Assert.NotEqual("ok", Assert.Single(Recorded(AuditActions.QueryRun)).Row.Outcome);
        Assert.Contains("Nirmal", (await RunAsync(browser, "SELECT party FROM bills")).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A71")]
    public async Task HostileSqlAndNamesAreShownAsTheyAre()
    {
        var saved = await browser.PostAsync(sql + "/save", [("sql", Hostile), ("name", "<b>bold</b>")], page: sql);
        foreach (var page in new[] { await RunAsync(browser, Hostile), await browser.GetAsync(saved.Location!), await browser.GetAsync(sql) })
        {
            Assert.DoesNotContain("<img src=x", page.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("</textarea><script>", page.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("<b>bold</b>", page.Body, StringComparison.Ordinal);
        }

        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", (await RunAsync(browser, Hostile)).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.QuestionSaved))]
    [Trait("action", nameof(AuditActions.QuestionDeleted))]
    public async Task ASavedQuestionIsForAll_AHistoryForOne()
    {
        await RunAsync(browser, "SELECT 'only mine'");
        var saved = await browser.PostAsync(sql + "/save", [("sql", "SELECT due FROM bills"), ("name", "All dues")], page: sql);
        Assert.Equal(HttpStatusCode.SeeOther, saved.Status);
        Assert.Single(Recorded(AuditActions.QuestionSaved));
        var again = await browser.PostAsync(sql + "/save", [("sql", "SELECT 1"), ("name", "All dues")], page: sql);
        Assert.Equal(HttpStatusCode.Conflict, again.Status);

        var viewer = await MemberAsync("viewer@example.in", Role.Viewer);
        var seen = await viewer.GetAsync(sql);
        Assert.Contains("All dues", seen.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("only mine", seen.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("sql/forget", seen.Body, StringComparison.Ordinal);
        var id = saved.Location!.Split("saved=")[1];
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync(sql + "/forget", [("question", id)], page: sql)).Status);
        var run = (await browser.GetAsync(sql)).Body.Split("?run=")[1].Split('"')[0];
        Assert.Equal(HttpStatusCode.NotFound, (await viewer.GetAsync($"{sql}?run={run}")).Status);

        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync(sql + "/forget", [("question", id)], page: sql)).Status);
        Assert.Single(Recorded(AuditActions.QuestionDeleted));
        Assert.DoesNotContain("All dues", (await viewer.GetAsync(sql)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerAsAFileTakesThePermissionToExport()
    {
        var viewer = await MemberAsync("viewer@example.in", Role.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync(sql + "/csv", [("sql", "SELECT 1"), ("name", "")], page: sql)).Status);

        var file = await browser.PostAsync(sql + "/csv", [("sql", "SELECT party FROM bills ORDER BY 1"), ("name", "")], page: sql);
        Assert.Equal("\"party\"\r\n\"Deccan\"\r\n\"Nirmal\"\r\n", file.Body);
    }

    [Fact]
    public async Task WithADeletedWorkspaceItsQuestionsGo()
    {
        await RunAsync(browser, "SELECT 1");
        await browser.PostAsync(sql + "/save", [("sql", "SELECT 2"), ("name", "two")], page: sql);
        house.Server.Workspaces.Lifecycle.Delete(house.Server.Workspace, _ => { });

        using var connection = house.Server.Workspaces.Control.Open();
        using var count = connection.Command("SELECT (SELECT count(*) FROM question_run) + (SELECT count(*) FROM saved_question)");
        Assert.Equal(0L, count.ExecuteScalar());
    }

    private Task<TestBrowser.Page> RunAsync(TestBrowser from, string statement) => from.PostAsync(sql, [("sql", statement), ("name", "")]);

    private IReadOnlyList<StoredAuditRow> Recorded(AuditAction action) => house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: action.Name), 100);

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

using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
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

    [Fact]
    public async Task ATableAsItIsFilteredIsDrawn_WithTheStatementItStandsFor()
    {
        var table = $"/w/{house.Server.Workspace}/tables/bills?where=party~ne~{Uri.EscapeDataString("O'Neil & Sons?")}&where=due~gt~5,000";
        Assert.Contains("value=\"party~ne~O&#x27;Neil &amp; Sons?\"", (await browser.GetAsync(table)).Body, StringComparison.Ordinal);
        var page = await browser.PostAsync(sql + "/selection", [("table", "bills"), ("where", "party~ne~O'Neil & Sons?"), ("where", "due~gt~5,000"), ("by", "party"), ("of", "due")], page: table);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("bars pie", string.Join(' ', ChartId().Matches(page.Body).Select(match => match.Groups[1].Value)));
        Assert.Contains(
            "SELECT \"party\", sum(\"due\") AS \"due\"\nFROM \"bills\"\nWHERE \"party\" IS NOT 'O''Neil & Sons?'\n  AND \"due\" > 5000\nGROUP BY \"party\"\nORDER BY \"due\" DESC\nLIMIT 24",
            WebUtility.HtmlDecode(page.Body),
            StringComparison.Ordinal);
        Assert.Contains("due by party. The most has Nirmal: 18,40,200.", page.Body, StringComparison.Ordinal);
        Assert.Equal("ok", Assert.Single(Recorded(AuditActions.QueryRun)).Row.Outcome);
    }

    [Theory]
    [InlineData("bills", "", "nothing", "", HttpStatusCode.BadRequest)]
    [InlineData("bills", "", "party", "party; DROP TABLE bills", HttpStatusCode.BadRequest)]
    [InlineData("bills", "", "", "due", HttpStatusCode.BadRequest)]
    [InlineData("bills", "party~nonsense~x", "party", "due", HttpStatusCode.BadRequest)]
    [InlineData("nothing", "", "party", "due", HttpStatusCode.NotFound)]
    public async Task WhatCannotBeDrawnIsSaidPlainly(string table, string where, string by, string of, HttpStatusCode status)
    {
        (string, string)[] filter = where.Length > 0 ? [("where", where)] : [];
        Assert.Equal(status, (await browser.PostAsync(sql + "/selection", [("table", table), .. filter, ("by", by), ("of", of)], page: sql)).Status);
        Assert.Empty(Recorded(AuditActions.QueryRun));
    }

    [Fact]
    public async Task ProgramsDrawWithTheSameCode_AndGetAFileOfItsOwn()
    {
        var drawn = await CallAsync("/query/chart", new { sql = "VALUES ('अन्नपूर्णा <b>&', 3), ('b', 1), ('c', 2)" });
        Assert.Equal(("bars", "bars line pie"), (drawn.GetProperty("kind").GetString(), string.Join(' ', drawn.GetProperty("kinds").EnumerateArray())));
        Assert.Equal((3, 3.0), (drawn.GetProperty("points").GetArrayLength(), drawn.GetProperty("points")[0].GetProperty("value").GetDouble()));
        foreach (var kind in (string[])["bars", "line", "pie"])
        {
            var picture = XElement.Parse((await CallAsync("/query/chart", new { sql = "VALUES ('अन्नपूर्णा <b>&', 3), ('b', 1), ('c', 2)", kind })).GetProperty("svg").GetString()!);
            Assert.Equal("{http://www.w3.org/2000/svg}svg", picture.Name.ToString());
            Assert.All(picture.DescendantsAndSelf(), element => Assert.Equal("http://www.w3.org/2000/svg", element.Name.NamespaceName));
            Assert.DoesNotContain(picture.DescendantsAndSelf(), element => element.Name.LocalName is "script" or "image" or "foreignObject" or "b");
            Assert.Equal(kind == "line" ? 1 : 4, picture.Descendants().Count(element => element.Name.LocalName == "rect")); // the ground, and bars or names
            Assert.Equal(("title", "desc"), (picture.Elements().First().Name.LocalName, picture.Elements().ElementAt(1).Name.LocalName));
            Assert.Contains("अन्नपूर्णा <b>&", picture.Elements().ElementAt(1).Value, StringComparison.Ordinal);
            if (kind == "pie")
            {
                // 3, 2 and 1 of 6.
                Assert.Equal(["अन्नपूर्णा <b>&: 3 (50 %)", "c: 2 (33.3 %)", "b: 1 (16.7 %)"], picture.Elements().Where(element => element.Name.LocalName == "text").Select(element => element.Value).Order(StringComparer.Ordinal).Reverse());
            }

            if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { } folder)
            {
                await File.WriteAllTextAsync(Path.Combine(folder, $"answer-{kind}.svg"), picture.ToString(SaveOptions.DisableFormatting), TestContext.Current.CancellationToken);
            }
        }

        var pivot = await CallAsync("/query/chart", new { sql = "VALUES ('a', 'x', 1), ('a', 'y', 2), ('b', 'y', 3)" });
        Assert.Equal(("pivot", JsonValueKind.Null, 2), (pivot.GetProperty("kind").GetString(), pivot.GetProperty("svg").ValueKind, pivot.GetProperty("pivot").GetProperty("rows").GetArrayLength()));
        Assert.Equal(5, Recorded(AuditActions.QueryRun).Count);
    }

    [Fact]
    public async Task ProgramsReadAStatementInWords_AndTheOneOfATableAsItIsFiltered()
    {
        var words = await CallAsync("/query/words", new { sql = "SELECT party FROM bills ORDER BY due DESC" });
        Assert.Equal("Reads bills. Sorts by due, the greatest first.", string.Join(' ', words.GetProperty("steps").EnumerateArray()));
        var written = await CallAsync("/tables/bills/statement", new { where = new[] { "party~has~N%r" }, by = "party", of = "" });
        Assert.Equal("SELECT \"party\", count(*) AS number_of_rows\nFROM \"bills\"\nWHERE \"party\" LIKE '%N\\%r%' ESCAPE '\\'\nGROUP BY \"party\"\nORDER BY number_of_rows DESC\nLIMIT 24", written.GetProperty("sql").GetString());
        Assert.NotEqual(0, written.GetProperty("steps").GetArrayLength());
        Assert.Empty(Recorded(AuditActions.QueryRun));
    }

    [Theory]
    [InlineData("/query/chart", "{\"sql\":\"VALUES (1, 2)\"}", HttpStatusCode.BadRequest)] // cannot be drawn
    [InlineData("/query/chart", "{\"sql\":\"VALUES ('a', 2), ('b', -1), ('c', 1)\",\"kind\":\"pie\"}", HttpStatusCode.BadRequest)] // not in this way
    [InlineData("/query/chart", "{\"sql\":\"SELECT 1\",\"kind\":\"Pie \"}", HttpStatusCode.BadRequest)]
    [InlineData("/query/chart", "{\"sql\":\"DELETE FROM bills\"}", HttpStatusCode.Forbidden)]
    [InlineData("/query/chart", "{\"sql\":null}", HttpStatusCode.BadRequest)]
    [InlineData("/query/words", "{\"sql\":\"\"}", HttpStatusCode.BadRequest)]
    [InlineData("/query/words", "{\"sql\":\"SELECT 1\",\"more\":1}", HttpStatusCode.BadRequest)]
    [InlineData("/tables/bills/statement", "{\"where\":null,\"by\":\"party\",\"of\":\"\"}", HttpStatusCode.BadRequest)]
    [InlineData("/tables/bills/statement", "{\"where\":[null],\"by\":\"party\",\"of\":\"\"}", HttpStatusCode.BadRequest)]
    [InlineData("/tables/nothing/statement", "{\"where\":[],\"by\":\"party\",\"of\":\"\"}", HttpStatusCode.NotFound)]
    public async Task ProgramsAreToldWhatIsWrong(string path, string body, HttpStatusCode status)
    {
        var answer = await browser.SendJsonAsync(HttpMethod.Post, $"/api/v1/workspaces/{house.Server.Workspace}{path}", body, (await browser.GetAsync(sql)).Token);

        Assert.Equal((status, true), (answer.Status, answer.Body.Contains("\"code\"", StringComparison.Ordinal)));
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

    private async Task<JsonElement> CallAsync(string path, object body)
    {
        var answer = await browser.SendJsonAsync(HttpMethod.Post, $"/api/v1/workspaces/{house.Server.Workspace}{path}", JsonSerializer.Serialize(body), (await browser.GetAsync(sql)).Token);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return JsonDocument.Parse(answer.Body).RootElement;
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
